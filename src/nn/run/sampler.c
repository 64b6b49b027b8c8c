/* Rows of a grid sampled bilinearly from a region of another, with the columns' taps found once. */
#include "nn/run/sampler.h"

size_t s2_sampler_bytes(int count)
{
    return (size_t)count * (2 * sizeof(int) + sizeof(float));
}

s2_sampler s2_sampler_make(s2_kernel_sample_function kernel, const s2_sampling *sampling,
                           int first_x, int count, void *memory)
{
    const double *m = sampling->to_source.m;
    s2_sampler sampler = {.sampling = *sampling,
                          .kernel = kernel,
                          .first_x = first_x,
                          .count = count,
                          .upright = m[2] == 0.0 && m[4] == 0.0,
                          .left = memory};
    sampler.right = sampler.left + count;
    sampler.right_weights = (float *)(void *)(sampler.right + count);
    for (int i = 0; sampler.upright && i < count; i++) {
        const s2_tap tap = s2_sampling_tap(sampling, first_x + i, 0);
        sampler.left[i] = tap.x0;
        sampler.right[i] = tap.x1;
        sampler.right_weights[i] = tap.fx;
    }
    return sampler;
}

/* One row of the source, where column x has its pixel at x * stride. */
static const float *source_row(const s2_region *from, int y)
{
    return s2_region_at(from, from->rect.x, y);
}

static void sample_pixel(const s2_sampler *sampler, const s2_region *from, int x, int y,
                         s2_kernel_sample pixel)
{
    const s2_tap tap = s2_sampling_tap(&sampler->sampling, x, y);
    pixel.top = source_row(from, tap.y0);
    pixel.bottom = source_row(from, tap.y1);
    pixel.bottom_weight = tap.fy;
    pixel.left = &tap.x0;
    pixel.right = &tap.x1;
    pixel.right_weights = &tap.fx;
    sampler->kernel(&pixel);
}

void s2_sampler_row(const s2_sampler *sampler, const s2_region *from, s2_rect pixels, bool add,
                    s2_row out)
{
    const int place = pixels.x - sampler->first_x;
    s2_kernel_sample sample = {.first_column = from->rect.x,
                               .stride = from->stride,
                               .channels = from->stride,
                               .count = sampler->upright ? pixels.w : 1,
                               .add = add,
                               .y = out.data,
                               .y_step = out.stride};
    if (sampler->upright) {
        const s2_tap tap = s2_sampling_tap(&sampler->sampling, pixels.x, pixels.y);
        sample.top = source_row(from, tap.y0);
        sample.bottom = source_row(from, tap.y1);
        sample.bottom_weight = tap.fy;
        sample.left = sampler->left + place;
        sample.right = sampler->right + place;
        sample.right_weights = sampler->right_weights + place;
        sampler->kernel(&sample);
        return;
    }
    for (int i = 0; i < pixels.w; i++, sample.y += out.stride)
        sample_pixel(sampler, from, pixels.x + i, pixels.y, sample);
}
