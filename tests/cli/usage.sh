#!/usr/bin/env bash
# Wrong usage: exit 2, nothing on stdout, the reason and where to find help on stderr, no file made.
. "$(dirname "$0")/../tools/lib.sh"

# wrong REASON COMMAND...: the command is wrong usage for a reason that contains REASON
wrong() {
    local reason=$1
    shift
    expect_status 2 "$@"
    [ ! -s "$stdout" ] || fail "wrong usage prints on stdout: $*"
    expect_in "$stderr" "$reason"
    expect_in "$stderr" "Try '$1 --help'"
    [ -z "$(ls)" ] || fail "wrong usage made a file: $*"
}

train=(s2rgf_train -i a.tif -labels l.gpkg)
classify=(s2rgf_classify -m m.s2rgf -i a.tif)
assess=(s2rgf_assess -labels l.gpkg)

# what is missing
wrong "missing" s2rgf_train
wrong "missing" s2rgf_classify
wrong "missing" s2rgf_assess
wrong "missing" s2rgf_info
wrong "missing: model.s2rgf" "${train[@]}"
wrong "missing: out.tif" "${classify[@]}"
wrong "missing: map.tif" "${assess[@]}"
wrong "missing: -labels" s2rgf_train -i a.tif model.s2rgf
wrong "missing: -i" s2rgf_train -labels l.gpkg model.s2rgf
wrong "missing: -m" s2rgf_classify -i a.tif out.tif
wrong "missing: -i" s2rgf_classify -m m.s2rgf out.tif
wrong "missing: -labels" s2rgf_assess map.tif
wrong "missing: -n" s2rgf_sample map.tif out.gpkg
wrong "missing: out.gpkg" s2rgf_sample map.tif -n 10
wrong "-n: cannot be used with -target_se" s2rgf_sample map.tif out.gpkg -n 10 -target_se 0.1
wrong "-distance: needs -exclude" s2rgf_sample map.tif out.gpkg -n 10 -distance 5
sample=(s2rgf_sample map.tif out.gpkg -n 10)
for design in simple systematic; do
    for allocation in least equal neyman; do
        wrong "-allocation: needs -design stratified" "${sample[@]}" -design $design -allocation $allocation
    done
    wrong "-least: needs -design stratified" "${sample[@]}" -least 20 -design $design
done
wrong "-accuracy: needs -target_se or -allocation neyman" "${sample[@]}" -accuracy soil=0.7
wrong "-accuracy: needs -target_se or -design stratified" "${sample[@]}" -design simple -accuracy 0.7
wrong "-least: needs -allocation least" "${sample[@]}" -least 20 -allocation equal
wrong "-strata: needs -design" s2rgf_assess map.tif -labels l.gpkg -strata s.tif

wrong "missing: -m" s2rgf_suggest -i a.tif out.gpkg
wrong "missing: out.gpkg" s2rgf_suggest -m m.s2rgf -i a.tif
wrong "-l: needs -labels" s2rgf_suggest -m m.s2rgf -i a.tif out.gpkg -l train
wrong "missing: change.tif" s2rgf_change before.tif after.tif
wrong "-conf_before: needs -conf_after" s2rgf_change a.tif b.tif c.tif -conf_before d.tif -threshold 0.5

# what is unknown or too much
for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    wrong "unknown option '-no_such_option'" "$program" -no_such_option
    wrong "unknown option '--no_such_option'" "$program" --no_such_option
    wrong "unknown option '---help'" "$program" ---help
    wrong "unknown option '-HELP'" "$program" -HELP
done
wrong "one argument too many: 'more'" "${train[@]}" model.s2rgf more
wrong "one argument too many: 'more'" "${classify[@]}" out.tif more
wrong "one argument too many: 'more'" "${assess[@]}" map.tif more
wrong "-labels: given twice" "${train[@]}" -labels other.gpkg model.s2rgf
wrong "-m: given twice" "${classify[@]}" --m other.s2rgf out.tif

# options without their values
wrong "-steps: expected N after it" "${train[@]}" model.s2rgf -steps
wrong "-i: expected" s2rgf_train -i
wrong "-srcwin: expected x y width height after it" "${classify[@]}" out.tif -srcwin 1 2 3
wrong "-json: expected file after it" "${assess[@]}" map.tif -json

# numbers: the whole word, in range
for value in "" x 10x 1e3 0x10 1.5 " 10" "10 " +10 -1 0 1000001 99999999999999999999; do
    wrong "-steps: expected a whole number from 1 to 1000000" \
        "${train[@]}" -steps "$value" model.s2rgf
done
for value in "" x 1e-3x 0x1p-3 nan inf -inf 1,5 -0.1 1e400 " 0.1" 1.1; do
    wrong "-lr: expected a number from" "${train[@]}" -lr "$value" model.s2rgf
done
for value in "" x -1 1.0 +1 18446744073709551616; do
    wrong "-seed: expected a whole number" "${train[@]}" -seed "$value" model.s2rgf
done
wrong "a multiple of 16, or auto, found '33'" "${train[@]}" -c 33 model.s2rgf
wrong "a multiple of 16, or auto, found '0'" "${train[@]}" -c 0 model.s2rgf
wrong "found '0.6'" "${train[@]}" -val 0.6 model.s2rgf
wrong "or ALL_CPUS, found '0'" "${train[@]}" -threads 0 model.s2rgf
wrong "or ALL_CPUS, found 'all_cpus'" "${classify[@]}" -threads all_cpus out.tif
wrong "or auto, found '15'" "${classify[@]}" -tile 15 out.tif
wrong "found '0'" "${classify[@]}" -wm 0 out.tif
wrong "-srcwin: expected four numbers (x y width height), found 'y'" \
    "${classify[@]}" -srcwin 0 y 10 10 out.tif
wrong "found 'nan'" "${classify[@]}" -projwin 0 nan 10 10 out.tif

# words: one of those that the help lists
wrong "-network: expected dense|patch, found 'pitch'" "${train[@]}" -network pitch model.s2rgf
wrong "-network: expected dense|patch, found 'dens'" "${train[@]}" -network dens model.s2rgf
wrong "-network: expected dense|patch, found ''" "${train[@]}" -network "" model.s2rgf
wrong "-freeze: expected encoders, found 'head'" "${train[@]}" -init m.s2rgf -freeze head model.s2rgf
wrong "-redundancy: expected correlation|softmax, found 'published'" "${train[@]}" -redundancy published model.s2rgf
wrong "-val_by: expected group|scene, found 'pixel'" "${train[@]}" -scenes list -val_by pixel model.s2rgf
wrong "-precision: expected float|exact, found 'double'" "${classify[@]}" -precision double out.tif
wrong "-design: expected stratified|simple|systematic, found 'random'" "${sample[@]}" -design random
wrong "-allocation: expected least|proportional|equal|neyman, found 'most'" "${sample[@]}" -allocation most
wrong "-design: expected stratified|simple|systematic, found 'Simple'" "${assess[@]}" map.tif -design Simple

# texts that cannot be meant
wrong "expected [name=]raster" s2rgf_train -i ""
wrong "expected [name=]raster, found 'hsi='" s2rgf_train -i hsi=
wrong "expected file, found an empty text" s2rgf_train -labels ""
wrong "found an empty text" "${classify[@]}" ""

# options that need or exclude each other
wrong "-resume: needs -checkpoint" "${train[@]}" -resume model.s2rgf
wrong "-projwin_srs: needs -projwin" "${classify[@]}" -projwin_srs EPSG:4326 out.tif
wrong "-srcwin: cannot be used with -projwin" \
    "${classify[@]}" -srcwin 0 0 1 1 -projwin 0 1 1 0 out.tif

# GDAL's switches
wrong "--config" "${train[@]}" model.s2rgf --config
wrong "--config" "${train[@]}" model.s2rgf --config KEY
wrong "--debug" "${train[@]}" model.s2rgf --debug
wrong "--optfile: expected file" "${train[@]}" model.s2rgf --optfile
wrong "absent.txt: cannot open" "${train[@]}" model.s2rgf --optfile absent.txt
wrong "--optfile .: cannot open" "${train[@]}" model.s2rgf --optfile .

# what would be gone when the program ends
for output in map.tif conf.tif; do
    case $output in conf.tif) more=(-conf "/vsimem/$output" map.tif) ;; *) more=("/vsimem/$output") ;; esac
    wrong "/vsimem/$output: would be in this program's memory" "${classify[@]}" "${more[@]}"
done
wrong "/vsimem/{}.tif: would be" "${classify[@]}" -scenes list "/vsimem/{}.tif"
wrong "/vsimem/map.s2rgf.json: would be" "${classify[@]}" -write_scene /vsimem/map.s2rgf.json
wrong "/vsimem/m.s2rgf: would be" "${train[@]}" /vsimem/m.s2rgf
wrong "/vsimem/map.tif: would be" s2rgf_mosaic /vsimem/map.tif
wrong "/vsimem/report.json: would be" "${assess[@]}" -json /vsimem/report.json map.tif
