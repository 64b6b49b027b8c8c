/* Pixel rectangles and affine transforms between pixel grids; plain arithmetic, no
   georeferencing. */
#include "core/geometry.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>

const s2_affine S2_AFFINE_IDENTITY = {{0.0, 1.0, 0.0, 0.0, 0.0, 1.0}};

static int clamp_to_int(double value)
{
    if (value <= (double)INT_MIN)
        return INT_MIN;
    return value >= (double)INT_MAX ? INT_MAX : (int)value;
}

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/** The rectangle between two corners, saturated at the range of int. */
static s2_rect rect_between(double x0, double y0, double x1, double y1)
{
    const s2_rect origin = {clamp_to_int(x0), clamp_to_int(y0), 0, 0};
    return (s2_rect){origin.x, origin.y, clamp_to_int(x1 - origin.x), clamp_to_int(y1 - origin.y)};
}

bool s2_rect_is_empty(s2_rect rect)
{
    return rect.w <= 0 || rect.h <= 0;
}

bool s2_rect_equal(s2_rect a, s2_rect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

bool s2_rect_contains(s2_rect outer, s2_rect inner)
{
    if (s2_rect_is_empty(inner))
        return true;
    return inner.x >= outer.x && inner.y >= outer.y &&
           (int64_t)inner.x + inner.w <= (int64_t)outer.x + outer.w &&
           (int64_t)inner.y + inner.h <= (int64_t)outer.y + outer.h;
}

s2_rect s2_rect_intersect(s2_rect a, s2_rect b)
{
    const int64_t x0 = max64(a.x, b.x);
    const int64_t y0 = max64(a.y, b.y);
    const int64_t x1 = min64((int64_t)a.x + a.w, (int64_t)b.x + b.w);
    const int64_t y1 = min64((int64_t)a.y + a.h, (int64_t)b.y + b.h);
    if (x1 <= x0 || y1 <= y0)
        return (s2_rect){(int)x0, (int)y0, 0, 0};
    return (s2_rect){(int)x0, (int)y0, (int)(x1 - x0), (int)(y1 - y0)};
}

s2_rect s2_rect_grow(s2_rect rect, int px)
{
    const double x0 = (double)rect.x - px;
    const double y0 = (double)rect.y - px;
    return rect_between(x0, y0, (double)rect.x + rect.w + px, (double)rect.y + rect.h + px);
}

void s2_affine_apply(const s2_affine *a, double x, double y, double *x_out, double *y_out)
{
    const double *m = a->m;
    *x_out = m[0] + m[1] * x + m[2] * y;
    *y_out = m[3] + m[4] * x + m[5] * y;
}

s2_affine s2_affine_compose(const s2_affine *first, const s2_affine *second)
{
    const double *f = first->m;
    const double *s = second->m;
    return (s2_affine){{
        s[0] + s[1] * f[0] + s[2] * f[3],
        s[1] * f[1] + s[2] * f[4],
        s[1] * f[2] + s[2] * f[5],
        s[3] + s[4] * f[0] + s[5] * f[3],
        s[4] * f[1] + s[5] * f[4],
        s[4] * f[2] + s[5] * f[5],
    }};
}

bool s2_affine_invert(const s2_affine *a, s2_affine *inverse)
{
    const double *m = a->m;
    const double determinant = m[1] * m[5] - m[2] * m[4];
    /* Relative to its terms: a pixel of 1e-9 degrees is small, not singular. */
    const double scale = fabs(m[1] * m[5]) + fabs(m[2] * m[4]);
    if (!isfinite(determinant) || !(fabs(determinant) > 1e-15 * scale))
        return false;
    const double xx = m[5] / determinant;
    const double xy = -m[2] / determinant;
    const double yx = -m[4] / determinant;
    const double yy = m[1] / determinant;
    *inverse = (s2_affine){{
        -(xx * m[0] + xy * m[3]),
        xx,
        xy,
        -(yx * m[0] + yy * m[3]),
        yx,
        yy,
    }};
    return true;
}

s2_rect s2_affine_bounds(const s2_affine *a, s2_rect rect)
{
    double low_x = INFINITY, low_y = INFINITY, high_x = -INFINITY, high_y = -INFINITY;
    for (int corner = 0; corner < 4; corner++) {
        const double x = (double)rect.x + ((corner & 1) != 0 ? rect.w : 0);
        const double y = (double)rect.y + ((corner & 2) != 0 ? rect.h : 0);
        double u, v;
        s2_affine_apply(a, x, y, &u, &v);
        low_x = fmin(low_x, u);
        low_y = fmin(low_y, v);
        high_x = fmax(high_x, u);
        high_y = fmax(high_y, v);
    }
    /* Rounding noise of the transform must not add a row or column of pixels. */
    const double noise = 1e-6;
    return rect_between(floor(low_x + noise), floor(low_y + noise), ceil(high_x - noise),
                        ceil(high_y - noise));
}
