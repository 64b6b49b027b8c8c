/* Windows around pixels of a part of a source, as the expert of windows sees them. */
#include "train/experts/window_part.h"

#include <string.h>

void s2_window_part_fill(const s2_window_part *part, const float *pixels, int bands,
                         const float *matrix)
{
    const size_t count = (size_t)part->rect.w * (size_t)part->rect.h;
    float *restrict values = part->values;
    memset(values, 0, count * (size_t)part->components * sizeof(float));
    for (size_t i = 0; i < count; i++, values += part->components)
        for (int b = 0; b < bands; b++, pixels++)
            for (int k = 0; k < part->components; k++)
                values[k] += *pixels * matrix[b * part->components + k];
}

void s2_window_part_see(const s2_window_part *part, int x, int y, float *features)
{
    enum { SIDE = 2 * S2_EXPERT_REACH + 1 };
    const s2_rect window = {x - S2_EXPERT_REACH, y - S2_EXPERT_REACH, SIDE, SIDE};
    const s2_rect inside = s2_rect_intersect(window, part->rect);
    const int around[2] = {x - inside.x, inside.x + inside.w - x - 1};
    float sums[SIDE][S2_WINDOW_SUMS_MOST], work[SIDE * S2_WINDOW_MOST];
    const float *rows[SIDE] = {NULL};
    for (int i = inside.y; i < inside.y + inside.h; i++) {
        const size_t first =
            (size_t)(i - part->rect.y) * (size_t)part->rect.w + (size_t)(inside.x - part->rect.x);
        s2_window_sum_row(part->values + first * (size_t)part->components, part->valid + first,
                          part->components, around, 1, sums[i - window.y], work);
        rows[i - window.y] = sums[i - window.y];
    }
    s2_window_features(rows, 1, part->components, 0, 1, features);
}
