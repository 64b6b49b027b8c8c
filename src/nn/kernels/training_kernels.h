/* The inner loops of training, compiled once per instruction set and chosen by kernels/select.c. */
#ifndef S2_NN_KERNELS_TRAINING_KERNELS_H
#define S2_NN_KERNELS_TRAINING_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#define S2_WINOGRAD_CHANNELS 16 /* channels are a multiple of this */

/* Sides of tiles, and values of a tile that is transformed with its border. */
enum {
    S2_WINOGRAD_FINE_PX = 2,
    S2_WINOGRAD_FINE_PLANES = 16,
    S2_WINOGRAD_PX = 4,
    S2_WINOGRAD_PLANES = 36
};

/**
 * A tensor cut into square tiles of pixels that are `dilation` apart, numbered sub-grid by
 * sub-grid, row by row. Values beyond the tensor are 0 when read, dropped when written.
 */
typedef struct s2_winograd_tensor {
    float *data; /* [h][w], pixels `stride` floats apart */
    int h, w, c, stride;
    int dilation;
    int rows, columns; /* tiles of one sub-grid */
} s2_winograd_tensor;

/**
 * Transforms of a 3 x 3 convolution, y = A^T [(G g G^T) (B^T d B)] A, with tiles of 2 x 2 pixels
 * ("fine": as accurate as a sum over the taps) and of 4 x 4. Transformed tiles first ..
 * first+count-1 are [planes][count][c], transformed weights [planes][in][out]. Source: Lavin and
 * Gray, Fast Algorithms for Convolutional Neural Networks, 2015.
 */
typedef struct s2_winograd_passes {
    /** v out: B^T d B of every tile and its border. */
    void (*fine_input)(const s2_winograd_tensor *tensor, int first, int count, float *v);
    void (*input)(const s2_winograd_tensor *tensor, int first, int count, float *v);
    /** Pixels of the tiles = A^T m A + bias (or NULL). */
    void (*fine_output)(const s2_winograd_tensor *tensor, int first, int count, const float *m,
                        const float *bias);
    /** Pixels of the tiles = A^T m A; or += . */
    void (*output)(const s2_winograd_tensor *tensor, int first, int count, const float *m,
                   bool add);
    /** m out: A y A^T, the transpose of the above; sum [c] += the pixels. */
    void (*output_gradient)(const s2_winograd_tensor *tensor, int first, int count, float *m,
                            float *sum);
    /** Input channel c of u out: G g G^T of w [3][3][in][out]. */
    void (*fine_weights)(const float *w, int in, int out, int c, float *u);
    /** The same of w turned by 180 degrees. */
    void (*turned_weights)(const float *w, int in, int out, int c, float *u);
    /** dw [3][3][in][out] += G^T du G. */
    void (*weights_gradient)(const float *du, int in, int out, float *dw);
} s2_winograd_passes;

/** Pixels `stride` floats apart. */
typedef struct s2_rows {
    float *data;
    size_t stride;
} s2_rows;

/**
 * What backward reads of an output: gradient dy counts where y > 0, everywhere if y.data is NULL.
 */
typedef struct s2_gradient_rows {
    s2_rows x, y, dy;
} s2_gradient_rows;

/** y = scale x + shift per channel, then 0 where negative if relu. */
typedef struct s2_line {
    const float *scale, *shift;
    bool relu;
} s2_line;

/** The four pixels between which a sampled one lies: their offsets in floats, and their weights. */
typedef struct s2_corners {
    size_t at[4];
    float weight[4];
} s2_corners;

/** Passes over pixels of c channels. */
typedef struct s2_tensor_passes {
    /** sum [c] += x - shift, square [c] += (x - shift)^2. */
    void (*moments)(s2_rows x, size_t pixels, int c, const float *shift, double *sum,
                    double *square);
    /** y = line(x); y may be x. */
    void (*line)(s2_rows x, size_t pixels, int c, const s2_line *line, s2_rows y);
    /** y = relu(one(x1) + other(x2)), lines without relu. */
    void (*line_sum)(const s2_rows x[2], size_t pixels, int c, const s2_line line[2], s2_rows y);
    /** sum [c] += dy, product [c] += (x - shift) dy. */
    void (*gradient_sums)(const s2_gradient_rows *of, size_t pixels, int c, const float *shift,
                          double *sum, double *product);
    /** dx = a dy + b x + d per channel, of = {a, b, d}; dx may be dy. */
    void (*gradient)(const s2_gradient_rows *rows, size_t pixels, int c, const float *const of[3],
                     s2_rows dx);
    /** y = weighted corners of x, corners in [pixels]. */
    void (*sample)(const float *x, const s2_corners *corners, size_t pixels, int c, s2_rows y);
    /** The transpose: dx += . Pixels whose gradient is 0 cost next to nothing. */
    void (*sample_gradient)(float *dx, const s2_corners *corners, size_t pixels, int c, s2_rows dy);
} s2_tensor_passes;

/* One of each per instruction set that this build has. */
extern const s2_winograd_passes s2_winograd_passes_base, s2_winograd_passes_avx2,
    s2_winograd_passes_avx512;
extern const s2_tensor_passes s2_tensor_passes_base, s2_tensor_passes_avx2, s2_tensor_passes_avx512;

#endif
