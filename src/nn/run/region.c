/* A rectangle of a tensor while running, and the steps that fill one from another. */
#include "nn/run/region.h"

#include <string.h>

float *s2_region_at(const s2_region *region, int x, int y)
{
    const int below = y - region->rect.y;
    const size_t row = (size_t)(region->ring ? below % region->ring : below);
    const size_t pixel = row * (size_t)region->rect.w + (size_t)(x - region->rect.x);
    return region->data + pixel * (size_t)region->stride * (size_t)region->tensors;
}

s2_region s2_region_tensor(const s2_region *region, int tensor)
{
    return (s2_region){region->rect, region->stride * region->tensors, 1,
                       region->data + (ptrdiff_t)tensor * region->stride, region->ring};
}

s2_region s2_region_channels(const s2_region *region, int first)
{
    return (s2_region){region->rect, region->stride, region->tensors, region->data + first,
                       region->ring};
}

static void clear_pixels(const s2_region *region, int x, int y, int count)
{
    if (count > 0)
        memset(s2_region_at(region, x, y), 0,
               (size_t)count * (size_t)region->stride * (size_t)region->tensors * sizeof(float));
}

void s2_region_clear_around(const s2_region *region, s2_rect inside)
{
    s2_region_clear_rows(region, region->rect.y, region->rect.y + region->rect.h, inside);
}

void s2_region_clear_rows(const s2_region *region, int first, int end, s2_rect inside)
{
    const s2_rect all = region->rect;
    for (int y = first; y < end; y++) {
        if (y < inside.y || y >= inside.y + inside.h) {
            clear_pixels(region, all.x, y, all.w);
            continue;
        }
        clear_pixels(region, all.x, y, inside.x - all.x);
        clear_pixels(region, inside.x + inside.w, y, all.x + all.w - inside.x - inside.w);
    }
}

/* Offsets of the taps of the output pixels of row y from the input pixel at their centre. */
static void find_taps(const s2_conv *conv, const s2_region *in, int y, ptrdiff_t *taps)
{
    const int reach = conv->dilation * (conv->kernel - 1) / 2;
    const int x = in->rect.x;
    const float *centre = s2_region_at(in, x, y);
    for (int u = 0; u < conv->kernel; u++) {
        const ptrdiff_t row = s2_region_at(in, x, y + u * conv->dilation - reach) - centre;
        for (int v = 0; v < conv->kernel; v++)
            *taps++ = row + (ptrdiff_t)(v * conv->dilation - reach) * in->stride * in->tensors;
    }
}

void s2_region_conv(s2_kernel_row_function kernel, const s2_folded_conv *folded,
                    const s2_region *in, const s2_region *add, s2_rect computed,
                    const s2_region *out)
{
    const s2_conv *conv = &folded->conv;
    /* taps that lie side by side in memory are one tap with the channels of all */
    const int merged = in->stride * in->tensors * conv->dilation == conv->in ? conv->kernel : 1;
    /* interleaved tensors and a stride: only the pixels of one position are equally far apart */
    const int step = in->tensors == 1 || conv->stride == 1 ? computed.w : 1;
    ptrdiff_t taps[9];
    s2_kernel_row row = {.x_step = (ptrdiff_t)(in->tensors == 1 ? conv->stride : 1) * in->stride,
                         .taps = taps,
                         .tap_count = conv->kernel * conv->kernel / merged,
                         .in = conv->in * merged,
                         .w = folded->w,
                         .bias = folded->bias,
                         .add_step = add ? add->stride : 0,
                         .y_step = out->stride,
                         .count = step * in->tensors,
                         .out = conv->out,
                         .relu = folded->relu};
    for (int y = computed.y; y < computed.y + computed.h; y++) {
        find_taps(conv, in, y * conv->stride, taps);
        for (int t = 1; t < row.tap_count; t++)
            taps[t] = taps[t * merged];
        for (int x = computed.x; x < computed.x + computed.w; x += step) {
            row.x = s2_region_at(in, x * conv->stride, y * conv->stride);
            row.add = add ? s2_region_at(add, x, y) : NULL;
            row.y = s2_region_at(out, x, y);
            kernel(&row);
        }
    }
}

void s2_row_conv(s2_kernel_row_function kernel, const s2_folded_conv *folded, s2_row in, int count,
                 s2_row out)
{
    s2_row_conv_add(kernel, folded, in, count, NULL, out);
}

void s2_row_conv_add(s2_kernel_row_function kernel, const s2_folded_conv *folded, s2_row in,
                     int count, const s2_row *add, s2_row out)
{
    static const ptrdiff_t here = 0;
    const s2_kernel_row row = {.x = in.data,
                               .x_step = in.stride,
                               .taps = &here,
                               .tap_count = 1,
                               .in = folded->conv.in,
                               .w = folded->w,
                               .bias = folded->bias,
                               .add = add ? add->data : NULL,
                               .add_step = add ? add->stride : 0,
                               .y = out.data,
                               .y_step = out.stride,
                               .count = count,
                               .out = folded->conv.out,
                               .relu = folded->relu};
    kernel(&row);
}

int s2_row_filter_stride(const s2_folded_spectral *encoder, int bands)
{
    return encoder->filters.w ? encoder->filters.conv.out : 2 * bands;
}

void s2_row_filter(const s2_kernels *kernels, const s2_folded_spectral *encoder, s2_row in,
                   int bands, int count, float *out)
{
    const s2_kernel_filter filter = {encoder->filter3,
                                     encoder->filter5,
                                     encoder->bias3,
                                     encoder->bias5,
                                     in.data,
                                     bands,
                                     count,
                                     out};
    if (encoder->filters.w)
        s2_row_conv(kernels->row, &encoder->filters, in, count,
                    (s2_row){out, encoder->filters.conv.out});
    else
        kernels->filter(&filter);
    for (int x = 0; encoder->scale && x < count; x++, out += 2 * bands)
        for (int k = 0; k < 2 * bands; k++)
            out[k] = encoder->scale[k] * out[k] + encoder->shift[k];
}
