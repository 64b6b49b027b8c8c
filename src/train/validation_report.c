/* What validation says class by class, and what it warns of. */
#include "train/validation_report.h"

#include <math.h>
#include <stdio.h>

#include "core/class_name.h"
#include "core/log.h"
#include "core/plural.h"

#define CONFUSED_PIXELS 10 /* of fewer pixels nothing is concluded */
#define CONFUSED_PART 0.5  /* of a class's pixels, taken for one other class */

/* The class that most wrong pixels of class k are taken for; k where none is wrong. */
static int mistaken_for(const s2_confusion *confusion, int k)
{
    const uint64_t *row = confusion->counts + (size_t)k * (size_t)confusion->classes;
    int most = k;
    for (int i = 0; i < confusion->classes; i++)
        if (i != k && row[i] > (most == k ? 0 : row[most]))
            most = i;
    return most;
}

static void report_class(const s2_confusion *confusion, const s2_class_table *classes, int k,
                         const s2rgf_host *host)
{
    const uint64_t *row = confusion->counts + (size_t)k * (size_t)confusion->classes;
    const uint64_t pixels = s2_confusion_reference(confusion, k);
    const int other = mistaken_for(confusion, k);
    const char *name = classes->items[k].name;
    char mistaken[S2RGF_MESSAGE_BYTES / 2] = "";
    if (pixels == 0)
        return;
    if (other != k)
        snprintf(mistaken, sizeof mistaken, ", %llu %s taken for %s",
                 (unsigned long long)row[other], s2_plural(row[other], "is", "are"),
                 classes->items[other].name);
    const bool confused = other != k && pixels >= CONFUSED_PIXELS &&
                          (double)row[other] > CONFUSED_PART * (double)pixels;
    s2_log(host, confused ? S2RGF_WARNING : S2RGF_INFO,
           "Validation of %s%s: %llu of %llu %s right%s", s2_class_word(name), name,
           (unsigned long long)row[k], (unsigned long long)pixels,
           s2_plural(pixels, "pixel is", "pixels are"), mistaken);
}

void s2_validation_report(const s2_confusion *confusion, const s2_class_table *classes,
                          const s2_share *share, const s2rgf_host *host)
{
    for (int k = 0; k < confusion->classes; k++)
        report_class(confusion, classes, k, host);
    if (!isnan(share->former_oa))
        s2_log(
            host, S2RGF_WARNING,
            "the linear expert alone is right at %.3f of the validation pixels, with the network at "
            "%.3f: its share is raised to %g; more labels or steps may help the network",
            share->expert_oa, share->former_oa, share->share);
}
