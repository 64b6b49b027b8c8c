/* Inner loop of smoothing: the larger half of the window around each pixel of a row. */
#ifndef S2_NN_KERNELS_SMOOTH_H
#define S2_NN_KERNELS_SMOOTH_H

#include <math.h>

#define S2_SMOOTH_MOST_PX 51  /* side of a window */
#define S2_SMOOTH_SIGMA2 20.0 /* variance that the window's is held against */
#define S2_SMOOTH_PAD 16      /* numbers beyond a row that may be read */

/**
 * A row of pixels of one class, and the rows around it. Each of these begins at the leftmost column
 * of the first window and has S2_SMOOTH_PAD numbers more than the last one needs; NaN is no data.
 */
typedef struct s2_kernel_smooth {
    const float *const *rows; /* [row_count] */
    int row_count, window;    /* rows and columns of a window */
    const float *own;         /* [count] log-odds of the pixels themselves */
    const int *halves;        /* [count] numbers in the larger half; 0: the pixel is left out */
    int count;
    float *least; /* [count] of these numbers. in: a guess, the nearer the faster */
    float *y;     /* [count] */
} s2_kernel_smooth;

/**
 * The mean of the posterior, from what the numbers of the larger half are above the least of them.
 * sum, squares in  of these differences; half in  how many; x in  the number of the pixel itself
 */
static inline float s2_smooth_posterior(double sum, double squares, int half, double least,
                                        double x)
{
    const double mean = sum / (double)half;
    const double about = fmax(squares - sum * mean, 0.0);
    const double variance = half > 1 ? about / (double)(half - 1) : 0.0;
    return (float)((variance * x + S2_SMOOTH_SIGMA2 * (least + mean)) /
                   (variance + S2_SMOOTH_SIGMA2));
}

/**
 * y = (s2 x + sigma2 m) / (s2 + sigma2), m and s2 mean and variance of the larger half of a window.
 * Sums run over the window from its upper left to its lower right number. A pixel's value depends on
 * neither its place in the row nor the guess.
 */
typedef void (*s2_kernel_smooth_function)(const s2_kernel_smooth *row);

#endif
