/* Malformed model files of every kind: refused with the right status and a message that says why.
   */
#include <float.h>
#include <limits.h>
#include <sys/stat.h>

#include "format/safetensors.h"
#include "harness.h"
#include "model/file.h"
#include "unit/model_sample.h"

#define DEEP "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"
/* An expert, put before the training. */
#define EXPERT(share, divisor, shrinkage)                                                          \
    "\\\"expert\\\":{\\\"share\\\":" share ",\\\"divisor\\\":" divisor                             \
    ",\\\"shrinkage\\\":" shrinkage "},\\\"training\\\":{"
#define TEN_X "xxxxxxxxxx"
#define HUNDRED_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X TEN_X

static char folder[] = "/tmp/s2rgf_malformed_XXXXXX";
static char path[PATH_MAX];

/** One change in the header of a valid file, and what comes of it. */
typedef struct damage {
    const char *find;
    const char *replacement;
    s2rgf_status status;
    const char *message; /* part of it */
} damage;

/* The header of the container. */
static const damage CONTAINER[] = {
    {"{\"__meta", "x\"__meta", S2RGF_FORMAT, "expected a header that begins with '{'"},
    {"{\"__meta", " {\"__meta", S2RGF_FORMAT, "expected a header that begins with '{'"},
    {"\"__meta", "\"__\xFFmeta", S2RGF_FORMAT, "it is not UTF-8 text"},
    {"{\"__meta", "{]\"__meta", S2RGF_FORMAT, "not JSON: quoted object property name expected"},
    {"\"__meta", "/*\"*/\"__meta", S2RGF_FORMAT, "character that JSON does not have"},
    {"\"__metadata__\"", "'__metadata__'", S2RGF_FORMAT, "character that JSON does not have"},
    {"\"format\":\"s2rgf\"", "\"format\":\"s2\trgf\"", S2RGF_FORMAT, "control character"},
    {"\"format\":\"s2rgf\"", "\"format\":\"s2rgf\\u0000\"", S2RGF_FORMAT, "zero character"},
    {"\"format\":", "\"format\":\"s2rgf\",\"format\":", S2RGF_FORMAT, "has a key twice"},
    {"\"format\":", "\"f\\u006frmat\":\"s2rgf\",\"format\":", S2RGF_FORMAT, "has a key twice"},
    {"\"format\":", "\"x\":" DEEP ",\"format\":", S2RGF_FORMAT, "nesting too deep"},
    {"\"format\":\"s2rgf\"", "\"format\":1", S2RGF_FORMAT,
     "header.__metadata__.format: wrong value: expected string, found int"},
    {"\"format\":\"s2rgf\"", "\"format\":\"pt\"", S2RGF_FORMAT, "not a model of this program"},
    {"\"format\":\"s2rgf\",", "", S2RGF_FORMAT, "not a model of this program"},
    {"\"__metadata__\"", "\"metadata\"", S2RGF_FORMAT,
     "header.metadata: member missing: expected \"dtype\""},
    {"\"format_version\":\"1\"", "\"format_version\":\"4\"", S2RGF_UNSUPPORTED,
     "model of a newer program: expected at most format version 3, found 4"},
    {"\"format_version\":\"1\"", "\"format_version\":\"0\"", S2RGF_FORMAT,
     "format_version: expected a whole number"},
    {"\"format_version\":\"1\"", "\"format_version\":\"01\"", S2RGF_FORMAT,
     "format_version: expected a whole number"},
    {"\"format_version\":\"1\"", "\"format_version\":\"\"", S2RGF_FORMAT,
     "format_version: expected a whole number"},
    {"\"format_version\":\"1\"", "\"format_version\":\"99999999999999999999\"", S2RGF_FORMAT,
     "format_version: expected a whole number"},
    {"\"format_version\":\"1\",", "", S2RGF_FORMAT, "format_version: expected a whole number"},
    {"\"s2rgf\":\"{", "\"other\":\"{", S2RGF_FORMAT, "incomplete: expected the metadata s2rgf"},
    {"\"a.bias\"", "\"a.weight\"", S2RGF_FORMAT, "has a key twice"},
    {"\"a.bias\"", "\"a/bias\"", S2RGF_FORMAT, "header.a/bias: bad tensor name"},
    {"\"a.bias\"", "\"\"", S2RGF_FORMAT, "bad tensor name"},
    {"\"a.bias\"", "\"\\u009b2J\"", S2RGF_FORMAT, "header.?: bad tensor name"},
    {"\"a.bias\"", "\"" HUNDRED_X TEN_X TEN_X TEN_X "\"", S2RGF_FORMAT, "bad tensor name"},
    {"\"dtype\":\"F32\"", "\"dtype\":\"F16\"", S2RGF_UNSUPPORTED,
     "header.a.bias.dtype: other number type: expected F32"},
    {"\"dtype\":\"F32\"", "\"dtype\":32", S2RGF_FORMAT,
     "header.a.bias.dtype: wrong value: expected string, found int"},
    {"\"dtype\":\"F32\",", "", S2RGF_FORMAT, "header.a.bias: member missing: expected \"dtype\""},
    {"\"dtype\":\"F32\",", "\"dtype\":\"F32\",\"dtype\":\"F32\",", S2RGF_FORMAT, "has a key twice"},
    {"\"dtype\":\"F32\",", "\"dtype\":\"F32\",\"x\":1,", S2RGF_FORMAT, "found 4 members"},
    {"\"shape\":[2,3]", "\"shape\":[2,4]", S2RGF_FORMAT,
     "header.a.weight.data_offsets: does not fit the shape: expected 32 bytes, found 24"},
    {"\"shape\":[2,3]", "\"shape\":[]", S2RGF_FORMAT, "wrong length: expected 1 to 4, found 0"},
    {"\"shape\":[2,3]", "\"shape\":[1,1,1,2,3]", S2RGF_FORMAT,
     "wrong length: expected 1 to 4, found 5"},
    {"\"shape\":[2,3]", "\"shape\":[2,3.0]", S2RGF_FORMAT,
     "header.a.weight.shape[1]: wrong value: expected whole number, found double"},
    {"\"shape\":[2,3]", "\"shape\":[2,null]", S2RGF_FORMAT,
     "wrong value: expected whole number, found null"},
    {"\"shape\":[2,3]", "\"shape\":[-2,-3]", S2RGF_FORMAT,
     "out of range: expected 0 to 1048576, found -2"},
    {"\"shape\":[2,3]", "\"shape\":[0,3]", S2RGF_FORMAT, "impossible shape"},
    {"\"shape\":[2,3]", "\"shape\":[1048576,1048576,1048576,1048576]", S2RGF_FORMAT,
     "impossible shape"},
    {"\"shape\":[2,3]", "\"shape\":[18446744073709551615,2]", S2RGF_FORMAT, "out of range"},
    {"\"shape\":[2,3]", "\"shape\":{}", S2RGF_FORMAT, "wrong value: expected array, found object"},
    {"[0,24]", "[0,24,48]", S2RGF_FORMAT, "wrong length: expected 2 to 2, found 3"},
    {"[0,24]", "[24,0]", S2RGF_FORMAT, "expected 24 bytes, found -24"},
    {"[0,24]", "[-24,0]", S2RGF_FORMAT, "out of range"},
    {"[0,24]", "[1,25]", S2RGF_FORMAT,
     "tensor a.bias: leaves a gap after the one before: expected offset 0, found 1"},
    {"[0,24]", "[9999999999999999999,9999999999999999999]", S2RGF_FORMAT, "out of range"},
    /* beyond 64 bits some versions of json-c see no number */
    {"[0,24]", "[99999999999999999999,99999999999999999999]", S2RGF_FORMAT, "header"},
    {"[0,24]", "[1099511627752,1099511627776]", S2RGF_FORMAT,
     "truncated: header.a.bias.data_offsets expects 1099511627776 bytes of data, found 196"},
    {"[24,48]", "[0,24]", S2RGF_FORMAT, "overlaps the one before: expected offset 24, found 0"},
    {"[24,48]", "[20,44]", S2RGF_FORMAT,
     "tensor a.weight: overlaps the one before: expected offset 24, found 20"},
    {"\"b.k3.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[192,196]}",
     "\"b.k3.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[188,192]}", S2RGF_FORMAT,
     "tensor b.k3.bias: overlaps the one before"},
    {",\"b.k3.bias\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[192,196]}", "",
     S2RGF_FORMAT, "bytes after the last tensor: expected 192 bytes of data, found 196"},
    {"]}} ", "]}} x", S2RGF_FORMAT, "character that JSON does not have"},
    {"]}} ", "]}} 1", S2RGF_FORMAT, "not JSON"},
    {"]}} ", "] } ", S2RGF_FORMAT, "not JSON"},
};

/* The description; quotation marks are escaped in the file. */
static const damage DESCRIPTION[] = {
    {"\"{\\\"network", "\"[\\\"network", S2RGF_FORMAT, "s2rgf: not JSON"},
    {"\"{\\\"network", "\"[]{\\\"network", S2RGF_FORMAT, "s2rgf: not JSON"},
    {"\\\"network\\\":", "\\\"network\\\":\\\"a\\\",\\\"network\\\":", S2RGF_FORMAT,
     "s2rgf: an object has a key twice"},
    {"\\\"network\\\":\\\"dense\\\"", "\\\"network\\\":\\\"\\\"", S2RGF_FORMAT,
     "network: bad name"},
    {"\\\"network\\\":\\\"dense\\\"", "\\\"network\\\":\\\"de nse\\\"", S2RGF_FORMAT,
     "network: bad name"},
    {"\\\"network\\\":\\\"dense\\\",", "", S2RGF_FORMAT,
     "s2rgf: member missing: expected \"network\""},
    {"\\\"channels\\\":32", "\\\"channels\\\":0", S2RGF_FORMAT,
     "channels: out of range: expected 1 to 1024, found 0"},
    {"\\\"channels\\\":32", "\\\"channels\\\":32.0", S2RGF_FORMAT,
     "s2rgf.channels: wrong value: expected whole number, found double"},
    {"\\\"channels\\\":32", "\\\"channels\\\":2147483648", S2RGF_FORMAT,
     "s2rgf.channels: out of range"},
    {"\\\"channels\\\":32", "\\\"channels\\\":-2147483649", S2RGF_FORMAT,
     "s2rgf.channels: out of range"},
    {"\\\"channels\\\":32", "\\\"channels\\\":NaN", S2RGF_FORMAT, "s2rgf: not JSON"},
    {"\\\"reference\\\":\\\"msi-10_m\\\"", "\\\"reference\\\":\\\"pan\\\"", S2RGF_FORMAT,
     "s2rgf.reference: unknown source"},
    {"\\\"reference\\\":\\\"msi-10_m\\\"", "\\\"reference\\\":\\\"hsi\\\"", S2RGF_FORMAT,
     "reference: expected a source whose on_reference is true"},
    {"\\\"program_version\\\":\\\"0.1.0\\\"", "\\\"program_version\\\":\\\"0 1\\\"", S2RGF_FORMAT,
     "program_version: bad name"},
    {"\\\"program_version\\\":\\\"0.1.0\\\"", "\\\"program_version\\\":null", S2RGF_FORMAT,
     "program_version: wrong value"},
    {"\\\"sources\\\":[", "\\\"sources\\\":[],\\\"x\\\":[", S2RGF_FORMAT,
     "s2rgf.sources: wrong length: expected 1 to 8, found 0"},
    {"\\\"sources\\\":[", "\\\"sources\\\":[0,0,0,0,0,0,0,", S2RGF_FORMAT,
     "s2rgf.sources: wrong length: expected 1 to 8, found 9"},
    {"\\\"sources\\\":[", "\\\"sources\\\":[1,", S2RGF_FORMAT,
     "s2rgf.sources[0]: wrong value: expected object, found int"},
    {"\\\"sources\\\":[", "\\\"sources\\\":{},\\\"x\\\":[", S2RGF_FORMAT,
     "s2rgf.sources: wrong value: expected array, found object"},
    {"\\\"name\\\":\\\"hsi\\\"", "\\\"name\\\":\\\"msi-10_m\\\"", S2RGF_FORMAT,
     "two sources are named msi-10_m"},
    {"\\\"name\\\":\\\"hsi\\\"", "\\\"name\\\":\\\"../hsi\\\"", S2RGF_FORMAT,
     "sources[0].name: bad name"},
    {"\\\"name\\\":\\\"hsi\\\"", "\\\"name\\\":\\\"" HUNDRED_X "\\\"", S2RGF_FORMAT,
     "sources[0].name: bad name: expected 1 to 64"},
    {"\\\"pixel_size\\\":30.5", "\\\"pixel_size\\\":0", S2RGF_FORMAT,
     "sources[0].pixel_size: out of range"},
    {"\\\"pixel_size\\\":30.5", "\\\"pixel_size\\\":-1", S2RGF_FORMAT,
     "sources[0].pixel_size: out of range"},
    {"\\\"pixel_size\\\":30.5", "\\\"pixel_size\\\":1e999", S2RGF_FORMAT,
     "s2rgf.sources[0].pixel_size: out of range: expected a finite number"},
    {"\\\"pixel_size\\\":30.5", "\\\"pixel_size\\\":\\\"30\\\"", S2RGF_FORMAT,
     "s2rgf.sources[0].pixel_size: wrong value: expected number, found string"},
    {"\\\"on_reference\\\":false", "\\\"on_reference\\\":0", S2RGF_FORMAT,
     "s2rgf.sources[0].on_reference: wrong value: expected true or false, found int"},
    {"\\\"bands\\\":[", "\\\"bands\\\":[],\\\"x\\\":[", S2RGF_FORMAT,
     "s2rgf.sources[0].bands: wrong length: expected 1 to 10000, found 0"},
    {"\\\"name\\\":\\\"B02\\\"", "\\\"name\\\":\\\"\\\"", S2RGF_FORMAT,
     "s2rgf.sources[1].bands[0].name: empty"},
    {"\\\"name\\\":\\\"B02\\\"", "\\\"name\\\":\\\"\\\\u001b[2J\\\"", S2RGF_FORMAT,
     "sources[1].bands[0].name: expected UTF-8 text without control characters"},
    {"\\\"name\\\":\\\"B02\\\"", "\\\"name\\\":\\\"\\\\u0000\\\"", S2RGF_FORMAT,
     "s2rgf: not JSON: zero character in a string"},
    {"\\\"name\\\":\\\"B02\\\"", "\\\"name\\\":2", S2RGF_FORMAT,
     "s2rgf.sources[1].bands[0].name: wrong value: expected string, found int"},
    {"\\\"wavelength_nm\\\":492.4", "\\\"wavelength_nm\\\":0", S2RGF_FORMAT,
     "sources[1].bands[0].wavelength_nm: out of range"},
    {"\\\"wavelength_nm\\\":492.4", "\\\"wavelength_nm\\\":-5", S2RGF_FORMAT,
     "sources[1].bands[0].wavelength_nm: out of range"},
    {"\\\"std\\\":0.001", "\\\"std\\\":0", S2RGF_FORMAT, "sources[0].bands[0].std: out of range"},
    {"\\\"std\\\":0.001", "\\\"std\\\":-1", S2RGF_FORMAT, "sources[0].bands[0].std: out of range"},
    {"\\\"std\\\":0.001", "\\\"std\\\":1e-40", S2RGF_FORMAT,
     "sources[0].bands[0].std: out of range"},
    {"\\\"std\\\":0.001", "\\\"std\\\":1e39", S2RGF_FORMAT,
     "sources[0].bands[0].std: out of range"},
    {"\\\"std\\\":0.001", "\\\"std\\\":null", S2RGF_FORMAT,
     "s2rgf.sources[0].bands[0].std: wrong value: expected number, found null"},
    {"\\\"mean\\\":-0.3", "\\\"mean\\\":-1e39,\\\"x\\\":-0.3", S2RGF_FORMAT,
     "sources[0].bands[0].mean: out of range"},
    {"\\\"classes\\\":[", "\\\"classes\\\":[],\\\"x\\\":[", S2RGF_FORMAT,
     "s2rgf.classes: wrong length: expected 1 to 1024, found 0"},
    {"\\\"value\\\":2,", "\\\"value\\\":0,", S2RGF_FORMAT,
     "s2rgf.classes[0]: class \"back\\slash\": value out of range: expected 1 to 65535, found 0"},
    {"\\\"value\\\":2,", "\\\"value\\\":65536,", S2RGF_FORMAT, "value out of range"},
    {"\\\"value\\\":2,", "\\\"value\\\":7,", S2RGF_FORMAT,
     "s2rgf.classes[1]: wrong order: expected values in ascending order"},
    {"\\\"value\\\":2,", "\\\"value\\\":9,", S2RGF_FORMAT,
     "s2rgf.classes[1]: wrong order: expected values in ascending order"},
    {"back\\\\\\\\slash", "", S2RGF_FORMAT, "classes[0].name: empty"},
    {"back\\\\\\\\slash",
     "Feuchtfl\xC3\xA4"
     "che",
     S2RGF_FORMAT, "name used twice"},
    {"back\\\\\\\\slash", "bell\\\\u0007", S2RGF_FORMAT, "classes[0].name: expected UTF-8 text"},
    {"back\\\\\\\\slash",
     HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X HUNDRED_X
         HUNDRED_X TEN_X TEN_X TEN_X,
     S2RGF_FORMAT, "classes[0].name: too long: expected at most 1024 bytes, found 1030"},
    {"#0ab0ff", "#0ab0fg", S2RGF_FORMAT, "s2rgf.classes[1].colour: not a colour"},
    {"#0ab0ff", "#0ab0f", S2RGF_FORMAT, "s2rgf.classes[1].colour: not a colour"},
    {"#0ab0ff", "0ab0ff0", S2RGF_FORMAT, "s2rgf.classes[1].colour: not a colour"},
    {"\\\"training\\\":{", "\\\"expert\\\":1,\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.expert: wrong value: expected object, found int"},
    {"\\\"training\\\":{", "\\\"expert\\\":{\\\"share\\\":1},\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.expert: member missing: expected \"divisor\""},
    {"\\\"training\\\":{", EXPERT("0", "1", "0"), S2RGF_FORMAT,
     "s2rgf.expert.share: expected more than 0, found 0"},
    {"\\\"training\\\":{", EXPERT("-1", "1", "0"), S2RGF_FORMAT, "expert.share: out of range"},
    {"\\\"training\\\":{", EXPERT("1", "0", "0"), S2RGF_FORMAT, "expert.divisor: out of range"},
    {"\\\"training\\\":{", EXPERT("1", "1", "1.5"), S2RGF_FORMAT, "expert.shrinkage: out of range"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[\\\"expert\\\"]," EXPERT("1", "1", "0"),
     S2RGF_FORMAT, "expert: expected none where the ablations switch it off"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[],\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.ablations: wrong length: expected 1 to 15, found 0"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],\\\"training\\\":{",
     S2RGF_FORMAT, "s2rgf.ablations: wrong length: expected 1 to 15, found 16"},
    {"\\\"training\\\":{", "\\\"ablations\\\":null,\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.ablations: wrong value: expected array, found null"},
    {"\\\"training\\\":{", "\\\"ablations\\\":\\\"ssja\\\",\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.ablations: wrong value: expected array, found string"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[\\\"ssja\\\",1],\\\"training\\\":{", S2RGF_FORMAT,
     "s2rgf.ablations[1]: wrong value: expected string, found int"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[\\\"ssja\\\",\\\"adrf\\\"],\\\"training\\\":{",
     S2RGF_FORMAT,
     "s2rgf.ablations[1]: no such part: expected one of attention, ssja, redundancy, "
     "spectral, spatial, expert, windows, hidden, source:hsi, source:msi-10_m, found adrf"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[\\\"source:pan\\\"],\\\"training\\\":{",
     S2RGF_FORMAT, "s2rgf.ablations[0]: no such part"},
    {"\\\"training\\\":{", "\\\"ablations\\\":[\\\"\\\\u001b[2J\\\"],\\\"training\\\":{",
     S2RGF_FORMAT, "source:msi-10_m, found ?"},
    {"\\\"training\\\":{",
     "\\\"ablations\\\":[\\\"spatial\\\",\\\"spectral\\\"],\\\"training\\\":{", S2RGF_FORMAT,
     "ablations: both domains are switched off"},
    {"\\\"training\\\":{",
     "\\\"ablations\\\":[\\\"source:hsi\\\",\\\"source:msi-10_m\\\"],\\\"training\\\":{",
     S2RGF_FORMAT, "ablations: every source is switched off"},
    {"\\\"refit\\\":true", "\\\"refit\\\":true,\\\"redundancy\\\":\\\"ours\\\"", S2RGF_FORMAT,
     "s2rgf.training.redundancy: unknown form: expected \"softmax\""},
    {"\\\"refit\\\":true", "\\\"refit\\\":true,\\\"redundancy\\\":null", S2RGF_FORMAT,
     "s2rgf.training.redundancy: wrong value"},
    {"\\\"training\\\":{", "\\\"training\\\":[],\\\"x\\\":{", S2RGF_FORMAT,
     "s2rgf.training: wrong value: expected object, found array"},
    {"0123456789abcdef", "0123456789abcdef0", S2RGF_FORMAT, "labels_checksum: too long"},
    {"0123456789abcdef", "0123456789abcdeg", S2RGF_FORMAT,
     "training.labels_checksum: expected 16 hexadecimal digits"},
    {"0123456789abcdef", "0123", S2RGF_FORMAT,
     "training.labels_checksum: expected 16 hexadecimal digits"},
    {"fedcba9876543210", "fedcba98765432100", S2RGF_FORMAT, "initial_model: too long"},
    {"fedcba9876543210", "fedcba987654321g", S2RGF_FORMAT,
     "training.initial_model: expected 16 hexadecimal digits"},
    {"\\\"seed\\\":18446744073709551615", "\\\"seed\\\":-1", S2RGF_FORMAT,
     "s2rgf.training.seed: wrong value"},
    {"\\\"seed\\\":18446744073709551615", "\\\"seed\\\":1.5", S2RGF_FORMAT,
     "s2rgf.training.seed: wrong value"},
    {"\\\"steps\\\":150", "\\\"steps\\\":-1", S2RGF_FORMAT, "training.steps: out of range"},
    {"\\\"validation_fraction\\\":0.2", "\\\"validation_fraction\\\":1.5", S2RGF_FORMAT,
     "training.validation_fraction: out of range: expected 0 to 1, found 1.5"},
    {"\\\"validation_fraction\\\":0.2", "\\\"validation_fraction\\\":null", S2RGF_FORMAT,
     "training.validation_fraction: wrong value"},
    {"\\\"validation_kappa\\\":-0.125", "\\\"validation_kappa\\\":-1.125", S2RGF_FORMAT,
     "training.validation_kappa: out of range"},
    {"\\\"refit\\\":true", "\\\"refit\\\":null", S2RGF_FORMAT, "s2rgf.training.refit: wrong value"},
    {"\\\"temperature\\\":1", "\\\"temperature\\\":0", S2RGF_FORMAT,
     "training.temperature: out of range"},
    {",\\\"temperature\\\":1", "", S2RGF_FORMAT,
     "s2rgf.training: member missing: expected \"temperature\""},
    {"\\\"calibration_error_before\\\":0.25", "\\\"calibration_error_before\\\":1.5", S2RGF_FORMAT,
     "training.calibration_error_before: out of range: expected 0 to 1, found 1.5"},
    {"\\\"history\\\":{", "\\\"history\\\":0,\\\"x\\\":{", S2RGF_FORMAT,
     "s2rgf.history: wrong value: expected object, found int"},
    {"\\\"step\\\":8", "\\\"step\\\":0", S2RGF_FORMAT,
     "s2rgf.history.curve[0].step: expected 1 or more, found 0"},
    {"\\\"loss\\\":1.5", "\\\"loss\\\":\\\"1\\\"", S2RGF_FORMAT,
     "s2rgf.history.curve[0].loss: wrong value: expected number"},
    {"\\\"average_accuracy\\\":0.25", "\\\"average_accuracy\\\":1.25", S2RGF_FORMAT,
     "s2rgf.history.curve[1].average_accuracy: out of range: expected 0 to 1, found 1.25"},
    {"[[30,20],[10,123456]]", "[[30,20]]", S2RGF_FORMAT,
     "s2rgf.history.confusion_matrix: wrong length: expected 2 to 2, found 1"},
    {"[[30,20],[10,123456]]", "[[30,20],[10]]", S2RGF_FORMAT,
     "s2rgf.history.confusion_matrix[1]: wrong length: expected 2, found 1"},
    {"[[30,20],[10,123456]]", "[[30,20],7]", S2RGF_FORMAT,
     "s2rgf.history.confusion_matrix[1]: expected an array"},
    {"[[30,20],[10,123456]]", "[[30,-20],[10,1]]", S2RGF_FORMAT,
     "s2rgf.history.confusion_matrix[0][1]"},
    {"\\\"calibration_error_after\\\":0.0625", "\\\"calibration_error_after\\\":\\\"0\\\"",
     S2RGF_FORMAT, "training.calibration_error_after: wrong value: expected number"},
};

/** The file that holds these bytes is refused so, and nothing comes out. */
static void check_refused(const sample_bytes *bytes, s2rgf_status status, const char *message)
{
    static const s2_model_content empty;
    s2_model_content content;
    s2rgf_error err = {S2RGF_OK, ""};
    REQUIRE(sample_write_file(path, bytes->data, bytes->length));
    const s2rgf_status found = s2_model_load(path, &content, &err);
    const unsigned long before = harness_failures;
    CHECK(found == status);
    CHECK(err.status == status);
    CHECK_CONTAINS(err.message, message);
    CHECK(strncmp(err.message, path, strlen(path)) == 0);
    CHECK(memcmp(&content, &empty, sizeof content) == 0);
    if (harness_failures != before)
        printf("    status %d (expected %d): %s\n", (int)found, (int)status, err.message);
    if (found == S2RGF_OK)
        s2_model_content_clear(&content);
}

static void test_table(const sample_bytes *valid, const damage *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sample_bytes damaged = sample_replace(valid, table[i].find, table[i].replacement);
        if (!CHECK(damaged.data != NULL)) {
            printf("    nothing to replace: %s\n", table[i].find);
            continue;
        }
        const unsigned long before = harness_failures;
        check_refused(&damaged, table[i].status, table[i].message);
        if (harness_failures != before)
            printf("    after replacing %s by %s\n", table[i].find, table[i].replacement);
        free(damaged.data);
    }
}

/** Cut anywhere, the file is refused, and the message says whether header or data are short. */
static void test_truncated(const sample_bytes *valid)
{
    sample_bytes part = *valid;
    const size_t data = 8 + sample_header_length(valid);
    for (part.length = 0; part.length < 10; part.length++)
        check_refused(&part, S2RGF_FORMAT,
                      "not a model file: expected a safetensors header, found");
    for (; part.length < data; part.length += 97)
        check_refused(&part, S2RGF_FORMAT, "truncated: expected a header of");
    for (part.length = data; part.length < valid->length; part.length += 3)
        check_refused(&part, S2RGF_FORMAT, "truncated: header.");
    unsigned char *longer = malloc(valid->length + 4);
    REQUIRE(longer != NULL);
    memcpy(longer, valid->data, valid->length);
    memset(longer + valid->length, 0, 4);
    part = (sample_bytes){longer, valid->length + 4};
    check_refused(&part, S2RGF_FORMAT,
                  "bytes after the last tensor: expected 196 bytes of data, found 200");
    free(longer);
}

static void test_header_length(const sample_bytes *valid)
{
    static const uint64_t lengths[] = {0,         1,         S2_SAFETENSORS_MAX_HEADER_BYTES + 1,
                                       INT32_MAX, INT64_MAX, UINT64_MAX - 7,
                                       UINT64_MAX};
    sample_bytes copy = {malloc(valid->length), valid->length};
    REQUIRE(copy.data != NULL);
    memcpy(copy.data, valid->data, valid->length);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        sample_set_header_length(copy.data, lengths[i]);
        check_refused(&copy, S2RGF_FORMAT,
                      "not a model file: expected a safetensors header of at most 4194304 bytes");
    }
    sample_set_header_length(copy.data, S2_SAFETENSORS_MAX_HEADER_BYTES);
    check_refused(&copy, S2RGF_FORMAT, "truncated: expected a header of 4194304 bytes, found");
    sample_set_header_length(copy.data, sample_header_length(valid) - 64);
    check_refused(&copy, S2RGF_FORMAT, "header: not JSON");
    free(copy.data);
}

static void test_weights(const sample_bytes *valid)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    sample_bytes copy = {malloc(valid->length), valid->length};
    REQUIRE(copy.data != NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memcpy(copy.data, valid->data, valid->length);
        memcpy(copy.data + valid->length - 4 - 8, &bad[i], sizeof bad[i]);
        check_refused(&copy, S2RGF_FORMAT, "tensor b.conv.weight: expected finite numbers, found");
    }
    free(copy.data);
}

/** `count` times the text, formatted with the running number, between head and tail. */
static char *repeat(const char *head, const char *format, int count, const char *tail)
{
    const size_t room = strlen(head) + strlen(tail) + (size_t)count * (strlen(format) + 8) + 1;
    char *text = malloc(room);
    if (!text)
        return NULL;
    size_t used = (size_t)snprintf(text, room, "%s", head);
    for (int i = 0; i < count; i++)
        used +=
            (size_t)snprintf(text + used, room - used, "%s\"%d\":%s", i > 0 ? "," : "", i, format);
    snprintf(text + used, room - used, "%s", tail);
    return text;
}

static void test_counts(const sample_bytes *valid)
{
    static const char entry[] = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
    char *text = repeat("{", entry, S2_SAFETENSORS_MAX_TENSORS + 2, "}");
    REQUIRE(text != NULL);
    sample_bytes many = sample_with_header(valid, text, strlen(text));
    check_refused(&many, S2RGF_FORMAT,
                  "header: too many tensors: expected at most 4096, found 4098");
    free(many.data);
    free(text);
    text = repeat("{\"__metadata__\":{", "\"x\"", S2_SAFETENSORS_MAX_METADATA + 1, "}}");
    REQUIRE(text != NULL);
    many = sample_with_header(valid, text, strlen(text));
    check_refused(&many, S2RGF_FORMAT,
                  "header.__metadata__: too many members: expected at most 64");
    free(many.data);
    free(text);
    many = sample_with_header(valid, "{}", 2);
    check_refused(&many, S2RGF_FORMAT, "bytes after the last tensor: expected 0 bytes");
    free(many.data);
}

/** 10001 bands in 60 kB must not need memory for 10001 bands. */
static void test_many_bands(const sample_bytes *valid)
{
    const int count = S2_MODEL_MAX_BANDS + 1;
    const char head[] = "\\\"bands\\\":[";
    char *text = malloc(sizeof head + 3 * (size_t)count + 16);
    REQUIRE(text != NULL);
    char *next = text + sprintf(text, "%s", head);
    for (int i = 0; i < count; i++)
        next += sprintf(next, "%s{}", i > 0 ? "," : "");
    sprintf(next, "],\\\"x\\\":[");
    sample_bytes damaged = sample_replace(valid, head, text);
    REQUIRE(damaged.data != NULL);
    check_refused(&damaged, S2RGF_FORMAT,
                  "s2rgf.sources[0].bands: wrong length: expected 1 to 10000, found 10001");
    free(damaged.data);
    free(text);
}

/** Things that are not files, and a file whose size alone must not cost memory. */
static void test_what_is_no_file(const sample_bytes *valid)
{
    s2_model_content content;
    s2rgf_error err = {S2RGF_OK, ""};
    unlink(path);
    CHECK(s2_model_load(path, &content, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "cannot open: No such file or directory");
    REQUIRE(mkfifo(path, 0600) == 0);
    CHECK(s2_model_load(path, &content, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "cannot open: expected a regular file");
    unlink(path);
    CHECK(s2_model_load(folder, &content, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "cannot open: expected a regular file");
    CHECK(s2_model_load("/dev/zero", &content, &err) == S2RGF_IO);
    REQUIRE(sample_write_file(path, valid->data, valid->length));
    REQUIRE(truncate(path, (off_t)S2_SAFETENSORS_MAX_FILE_BYTES + 1) == 0);
    CHECK(s2_model_load(path, &content, &err) == S2RGF_UNSUPPORTED);
    CHECK_CONTAINS(err.message, "file too large: expected at most 1073741824 bytes");
    REQUIRE(truncate(path, 1000000000) == 0);
    CHECK(s2_model_load(path, &content, &err) == S2RGF_FORMAT);
    CHECK_CONTAINS(err.message, "bytes after the last tensor: expected 196 bytes");
}

/** What must not be refused: members that a later version adds. */
static void test_unknown_members_are_ignored(const sample_bytes *valid)
{
    s2_model_content content;
    sample_bytes other = sample_replace(
        valid, "\\\"network\\\":", "\\\"later\\\":{\\\"x\\\":[null]},\\\"network\\\":");
    REQUIRE(other.data && sample_write_file(path, other.data, other.length));
    if (CHECK(s2_model_load(path, &content, NULL) == S2RGF_OK))
        s2_model_content_clear(&content);
    free(other.data);
}

int main(void)
{
    s2_model_content made;
    REQUIRE(mkdtemp(folder) && sample_build(&made, false));
    snprintf(path, sizeof path, "%s/model.s2rgf", folder);
    REQUIRE(s2_model_save(&made, path, false, NULL) == S2RGF_OK);
    sample_bytes valid = sample_read_file(path);
    REQUIRE(valid.data != NULL);
    test_unknown_members_are_ignored(&valid);
    test_table(&valid, CONTAINER, sizeof CONTAINER / sizeof *CONTAINER);
    test_table(&valid, DESCRIPTION, sizeof DESCRIPTION / sizeof *DESCRIPTION);
    test_truncated(&valid);
    test_header_length(&valid);
    test_weights(&valid);
    test_counts(&valid);
    test_many_bands(&valid);
    test_what_is_no_file(&valid);
    free(valid.data);
    s2_model_content_clear(&made);
    CHECK(unlink(path) == 0 && rmdir(folder) == 0);
    return harness_end();
}
