/* A host that has set a locale of its own: in_locale LOCALE FOLDER writes what the library says of a
   model, a map and a sample of it to the folder. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <gdal.h>

#include "s2rgf.h"

static void require(s2rgf_status status, const s2rgf_error *err)
{
    if (status == S2RGF_OK)
        return;
    fprintf(stderr, "%s\n", err->message);
    exit(1);
}

static void write_texts(const s2rgf_model *model)
{
    s2rgf_error err;
    s2rgf_text_file texts[3] = {
        {"model.stac.json", NULL}, {"model.html", NULL}, {"model.json", NULL}};
    char *stac, *html, *json;
    require(s2rgf_model_stac(model, &stac, &err), &err);
    require(s2rgf_model_html(model, &html, &err), &err);
    require(s2rgf_model_describe(model, true, &json, &err), &err);
    texts[0].text = stac;
    texts[1].text = html;
    texts[2].text = json;
    require(s2rgf_texts_save(texts, 3, false, &err), &err);
    s2rgf_free(stac);
    s2rgf_free(html);
    s2rgf_free(json);
}

static void write_map(const s2rgf_model *model)
{
    s2rgf_error err;
    const s2rgf_input inputs[2] = {{"ms", "../scene/ms.tif"}, {"hs", "../scene/hs.tif"}};
    s2rgf_classify_options options;
    s2rgf_classify_options_init(&options, sizeof options);
    options.scene.inputs = inputs;
    options.scene.input_count = 2;
    options.model = model;
    options.output_path = "map.tif";
    options.reject = 0.55;
    require(s2rgf_classify(&options, NULL, &err), &err);
}

static void write_sample(void)
{
    s2rgf_error err;
    const char *const accuracies[] = {"0.9", NULL};
    s2rgf_sample_options options;
    s2rgf_sample_options_init(&options, sizeof options);
    options.map_path = "map.tif";
    options.output_path = "sample.csv";
    options.target_se = 0.05;
    options.accuracies = accuracies;
    require(s2rgf_sample(&options, NULL, &err), &err);
}

int main(int argc, char **argv)
{
    s2rgf_error err;
    s2rgf_model *model;
    if (argc != 3 || !setlocale(LC_ALL, argv[1]) || chdir(argv[2]) != 0)
        return 2;
    GDALAllRegister();
    require(s2rgf_model_open("../model.s2rgf", &model, &err), &err);
    write_texts(model);
    write_map(model);
    write_sample();
    s2rgf_model_close(model);
    return 0;
}
