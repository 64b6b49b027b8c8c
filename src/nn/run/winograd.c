/* Stride-1 3 x 3 convolutions of regions by Winograd's F(4x4,3x3). */
#include "nn/run/winograd.h"

/* The multiple of `side` at or before x. */
static int align_down(int x, int side)
{
    const int rest = x % side;
    return x - (rest < 0 ? rest + side : rest);
}

static int align_up(int x, int side)
{
    return align_down(x + side - 1, side);
}

s2_rect s2_winograd_input(s2_rect out, int dilation)
{
    const int side = S2_WINOGRAD_SIDE * dilation;
    const int x0 = align_down(out.x, side);
    const int y0 = align_down(out.y, side);
    const s2_rect tiles = {x0, y0, align_up(out.x + out.w, side) - x0,
                           align_up(out.y + out.h, side) - y0};
    return s2_rect_grow(tiles, dilation);
}

int s2_winograd_tiles_end(int end, int dilation)
{
    return align_up(end, S2_WINOGRAD_SIDE * dilation);
}

void s2_region_winograd(s2_winograd winograd, const s2_folded_conv *conv, const s2_region *in,
                        const s2_region *add, s2_rect computed, const s2_region *out)
{
    const int dilation = conv->conv.dilation;
    const int side = S2_WINOGRAD_SIDE * dilation;
    const int x0 = align_down(computed.x, side);
    const int bottom = computed.y + computed.h;
    s2_kernel_winograd strip = {.x_stride = in->stride,
                                .y_stride = out->stride,
                                .add_stride = add ? add->stride : 0,
                                .dilation = dilation,
                                .tiles = (align_up(computed.x + computed.w, side) - x0) /
                                         S2_WINOGRAD_SIDE,
                                .first = computed.x - x0,
                                .end = computed.x - x0 + computed.w,
                                .in = conv->conv.in,
                                .out = conv->conv.out,
                                .w = conv->winograd,
                                .bias = conv->bias,
                                .relu = conv->relu,
                                .scratch = winograd.scratch};
    for (int top = align_down(computed.y, side); top < bottom; top += side)
        for (int y = top; y < top + dilation && y < bottom; y++) {
            for (int i = 0; i < S2_WINOGRAD_REACH; i++)
                strip.x[i] = s2_region_at(in, x0 - dilation, y + (i - 1) * dilation);
            for (int i = 0; i < S2_WINOGRAD_SIDE; i++) {
                const int line = y + i * dilation;
                const bool wanted = line >= computed.y && line < bottom;
                strip.y[i] = wanted ? s2_region_at(out, computed.x, line) : NULL;
                strip.add[i] = wanted && add ? s2_region_at(add, computed.x, line) : NULL;
            }
            winograd.function(&strip);
        }
}
