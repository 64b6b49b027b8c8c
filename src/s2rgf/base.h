/* Part of s2rgf.h: what every part needs. */
#ifndef S2RGF_BASE_H
#define S2RGF_BASE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define S2RGF_API __attribute__((visibility("default")))
#else
#define S2RGF_API
#endif

#define S2RGF_MAX_SOURCES 8       /* sources of one scene */
#define S2RGF_MAX_CLASSES 1024    /* classes of one model */
#define S2RGF_MESSAGE_BYTES 1024  /* an error message with its terminating zero */
#define S2RGF_RELIABILITY_BINS 15 /* of equal width, over confidences from 0 to 1 */

/** The result of a call. */
typedef enum s2rgf_status {
    S2RGF_OK = 0,
    S2RGF_INVALID_ARGUMENT, /* the caller asked for something impossible: correct the options */
    S2RGF_NO_MEMORY,        /* an allocation failed or a memory limit cannot be kept */
    S2RGF_IO,               /* a file could not be opened, read, written or renamed */
    S2RGF_FORMAT,           /* a file was read but its content is malformed */
    S2RGF_MISMATCH,         /* model and input do not fit each other */
    S2RGF_UNSUPPORTED,      /* well-formed, but more than this version can do */
    S2RGF_CANCELLED,        /* the progress function asked to stop */
    S2RGF_INTERNAL          /* a bug of this library: please report it */
} s2rgf_status;

/** A status with its one-line message: "subject: what is wrong: expected X, found Y". */
typedef struct s2rgf_error {
    s2rgf_status status;
    char message[S2RGF_MESSAGE_BYTES];
} s2rgf_error;

/** Severity of a line handed to s2rgf_host.log. */
typedef enum s2rgf_log_level { S2RGF_DEBUG, S2RGF_INFO, S2RGF_WARNING } s2rgf_log_level;

/**
 * Functions that the library calls while it works, always in the thread that called the library. Any
 * member may be NULL.
 */
typedef struct s2rgf_host {
    /* fraction done in 0..1; return false to cancel (the verb then returns S2RGF_CANCELLED) */
    bool (*progress)(double fraction, void *user);
    /* one line of text without a newline */
    void (*log)(s2rgf_log_level level, const char *line, void *user);
    void *user;
} s2rgf_host;

/**
 * Make a line that is safe to print on a terminal from text that may hold anything: control
 * characters, overrides of the writing direction and bytes that are not UTF-8 become escapes (\x1b,
 * \u202e); line breaks and tabs become blanks. The library's messages contain names of files and
 * classes as they are: pass them through this function before you print them.
 * line out [size], cut between characters
 */
S2RGF_API void s2rgf_printable(const char *text, char *line, size_t size);

/** The size of a patch of one class in a map, in hectares or in pixels; the other is 0. */
typedef struct s2rgf_patch_size {
    double hectares;
    int pixels;
} s2rgf_patch_size;

/* ---- the process --------------------------------------------------------------------------- *
 *
 * Some libraries read the environment once, when they are loaded, so the host must set variables
 * before it starts or loads libs2rgf. OMP_WAIT_POLICY=passive lets waiting threads sleep. Without it
 * GNU's OpenMP threads spin, and on a busy machine training takes several times as long.
 * For OPENBLAS_CORETYPE, see s2rgf_blas_core_type(). If address space is limited (ulimit -v), allow
 * 128 MB for each thread of OMP_NUM_THREADS: OpenBLAS, which libs2rgf or GDAL loads, retries for ever
 * if it cannot get its buffers.
 */

/* ---- general ------------------------------------------------------------------------------- */

/**
 * Refuse to write these files if two of them are the same file, or if one of them is a file of the
 * others, or belongs to another data set beside it, as roads.prj belongs to roads.shp. All functions
 * of the library do this with the names in their options.
 * paths  in  files to be written, ended by NULL
 * others in  files or data sets that must stay, ended by NULL
 * Errors  INVALID_ARGUMENT, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_check_outputs(const char *const *paths, const char *const *others,
                                           s2rgf_error *err);

/** A text, and the file to write it to. */
typedef struct s2rgf_text_file {
    const char *path, *text;
} s2rgf_text_file;

/**
 * Write texts, each with a final newline, to files that get their names only when all are complete.
 * Errors  INVALID_ARGUMENT (exists and not overwrite, or is no regular file), IO, NO_MEMORY.
 */
S2RGF_API s2rgf_status s2rgf_texts_save(const s2rgf_text_file *texts, size_t count, bool overwrite,
                                        s2rgf_error *err);

/**
 * Refuse a name that s2rgf_texts_save() would refuse, before the work that makes the text. Errors:
 * as there.
 */
S2RGF_API s2rgf_status s2rgf_text_check(const char *path, bool overwrite, s2rgf_error *err);

/** Release a string handed out by this library; NULL is accepted. */
S2RGF_API void s2rgf_free(void *text);

/**
 * The value that OPENBLAS_CORETYPE should have had when this process started, if OpenBLAS does not
 * know the processor and has chosen kernels for an older one, which make training slow. NULL if its
 * kernels fit the processor, or if the variable is set.
 */
S2RGF_API const char *s2rgf_blas_core_type(void);

/** The library's version, "major.minor.patch". */
S2RGF_API const char *s2rgf_version(void);

/** A status as a short English phrase ("out of memory"). */
S2RGF_API const char *s2rgf_status_text(s2rgf_status status);

/** A status as the number of GDAL's error of that kind, CPLE_*, for CPLError(). */
S2RGF_API int s2rgf_status_gdal_number(s2rgf_status status);

#ifdef __cplusplus
}
#endif
#endif
