/* Confusion matrix and the accuracy figures that follow from it. */
#include "assess/metrics.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>

#include "core/error.h"
#include "core/memory.h"

static uint64_t entry(const s2_confusion *confusion, int row, int column)
{
    return confusion->counts[(size_t)row * (size_t)confusion->classes + (size_t)column];
}

/* NaN for 0 / 0, without raising the floating-point exception that a division would. */
static double ratio(uint64_t part, uint64_t whole)
{
    return whole == 0 ? NAN : (double)part / (double)whole;
}

s2rgf_status s2_confusion_init(s2_confusion *confusion, int classes, s2rgf_error *err)
{
    *confusion = (s2_confusion){0};
    if (classes < 1)
        return s2_fail(err, S2RGF_INVALID_ARGUMENT,
                       "confusion matrix: expected one class or more, found %d", classes);
    confusion->counts = s2_calloc((size_t)classes * (size_t)classes, sizeof *confusion->counts);
    if (!confusion->counts)
        return s2_fail_memory(err, "confusion matrix");
    confusion->classes = classes;
    return S2RGF_OK;
}

void s2_confusion_clear(s2_confusion *confusion)
{
    s2_free(confusion->counts);
    *confusion = (s2_confusion){0};
}

void s2_confusion_add(s2_confusion *confusion, int reference, int mapped)
{
    assert(reference >= 0 && reference < confusion->classes);
    assert(mapped >= 0 && mapped < confusion->classes);
    confusion->counts[(size_t)reference * (size_t)confusion->classes + (size_t)mapped]++;
}

uint64_t s2_confusion_total(const s2_confusion *confusion)
{
    uint64_t total = 0;
    for (int i = 0; i < confusion->classes; i++)
        total += s2_confusion_reference(confusion, i);
    return total;
}

uint64_t s2_confusion_reference(const s2_confusion *confusion, int index)
{
    uint64_t sum = 0;
    for (int j = 0; j < confusion->classes; j++)
        sum += entry(confusion, index, j);
    return sum;
}

uint64_t s2_confusion_mapped(const s2_confusion *confusion, int index)
{
    uint64_t sum = 0;
    for (int i = 0; i < confusion->classes; i++)
        sum += entry(confusion, i, index);
    return sum;
}

double s2_confusion_overall(const s2_confusion *confusion)
{
    uint64_t agreed = 0;
    for (int i = 0; i < confusion->classes; i++)
        agreed += entry(confusion, i, i);
    return ratio(agreed, s2_confusion_total(confusion));
}

double s2_confusion_average(const s2_confusion *confusion)
{
    double sum = 0.0;
    int present = 0;
    for (int i = 0; i < confusion->classes; i++) {
        const double producers = s2_confusion_producers(confusion, i);
        if (isnan(producers))
            continue;
        sum += producers;
        present++;
    }
    return present == 0 ? NAN : sum / present;
}

double s2_confusion_kappa(const s2_confusion *confusion)
{
    /* In double: the squares of large counts do not fit 64 bits. */
    const double total = (double)s2_confusion_total(confusion);
    double by_chance = 0.0;
    for (int i = 0; i < confusion->classes; i++)
        by_chance += (double)s2_confusion_reference(confusion, i) *
                     (double)s2_confusion_mapped(confusion, i);
    const double rest = total * total - by_chance;
    if (!(rest > 0.0))
        return NAN;
    return (s2_confusion_overall(confusion) * total * total - by_chance) / rest;
}

double s2_confusion_users(const s2_confusion *confusion, int index)
{
    return ratio(entry(confusion, index, index), s2_confusion_mapped(confusion, index));
}

double s2_confusion_producers(const s2_confusion *confusion, int index)
{
    return ratio(entry(confusion, index, index), s2_confusion_reference(confusion, index));
}

double s2_confusion_f1(const s2_confusion *confusion, int index)
{
    return ratio(2 * entry(confusion, index, index),
                 s2_confusion_reference(confusion, index) + s2_confusion_mapped(confusion, index));
}
