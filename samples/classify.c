/* A program that maps a scene by libs2rgf:  classify model.s2rgf map.tif [name=]raster ...
 *
 *     cc classify.c -o classify $(pkg-config --cflags --libs libs2rgf)
 *
 * It opens the model once, says what it needs, and maps with it; Ctrl+C ends it and leaves no output.
 */
#include <gdal.h>
#include <s2rgf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#if !S2RGF_CHECK_VERSION(0, 1, 0)
#error "libs2rgf 0.1.0 or later is needed"
#endif

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool progress(double fraction, void *user)
{
    (void)user;
    fprintf(stderr, "\r%3.0f %%", 100.0 * fraction);
    return !interrupted;
}

static void show_line(s2rgf_log_level level, const char *line, void *user)
{
    char shown[S2RGF_MESSAGE_BYTES];
    (void)user;
    if (level != S2RGF_WARNING)
        return;
    s2rgf_printable(line, shown, sizeof shown);
    fprintf(stderr, "\rwarning: %s\n", shown);
}

static void show_model(const s2rgf_model *model)
{
    const s2rgf_model_info *info = s2rgf_model_info_get(model);
    for (int s = 0; s < info->source_count; s++)
        printf("source %s: %d bands, pixels of %g\n", info->sources[s]->name,
               info->sources[s]->band_count, info->sources[s]->pixel_size);
    for (int k = 0; k < info->class_count; k++)
        printf("class %d: %s\n", info->classes[k].value, info->classes[k].name);
}

/* "ms=file.tif" in two; without a name the source is called "source". */
static s2rgf_input input_of(char *argument)
{
    char *path = strchr(argument, '=');
    if (!path)
        return (s2rgf_input){"source", argument};
    *path++ = '\0';
    return (s2rgf_input){argument, path};
}

int main(int argc, char **argv)
{
    const s2rgf_host host = {progress, show_line, NULL};
    s2rgf_input inputs[S2RGF_MAX_SOURCES];
    s2rgf_classify_options options;
    s2rgf_model *model = NULL;
    s2rgf_error err;
    char message[2 * S2RGF_MESSAGE_BYTES];
    if (argc < 4 || argc > 3 + S2RGF_MAX_SOURCES) {
        fprintf(stderr, "usage: %s model.s2rgf map.tif [name=]raster ...\n", argv[0]);
        return 2;
    }
    GDALAllRegister();
    signal(SIGINT, interrupt);
    s2rgf_classify_options_init(&options, sizeof options);
    for (int i = 3; i < argc; i++)
        inputs[options.scene.input_count++] = input_of(argv[i]);
    options.scene.inputs = inputs;
    options.output_path = argv[2];
    s2rgf_status status = s2rgf_model_open(argv[1], &model, &err);
    if (status == S2RGF_OK) {
        show_model(model);
        options.model = model;
        status = s2rgf_classify(&options, &host, &err);
        fprintf(stderr, "\n");
    }
    s2rgf_model_close(model);
    if (status == S2RGF_OK)
        return 0;
    s2rgf_printable(err.message, message, sizeof message);
    fprintf(stderr, "%s: %s\n", s2rgf_status_text(status), message);
    return 1;
}
