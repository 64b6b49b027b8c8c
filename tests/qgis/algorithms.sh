#!/usr/bin/env bash
# The plugin in qgis_process: its algorithms are there and do what the programs do.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
enable_plugin

# ---- listed, with the programs or without them
expect_status 0 "$qgis" list
for name in train suggest classify sample assess change info; do expect_in "$stdout" "s2rgf:$name"; done
expect_status 0 "$qgis" help s2rgf:train
for text in "SOURCE_8_NAME" "FIELD: Field with the class" "Argument type:	multilayer"; do
    expect_in "$stdout" "$text"
done

# ---- what they make is what the programs make
"${train[@]}" -q expected.s2rgf
scene=(SOURCE_1=scene/ms.tif SOURCE_1_NAME=ms SOURCE_2=scene/hs.tif SOURCE_2_NAME=hs)
few=(CHANNELS=16 STEPS=4 BATCH=1 CROP=32 THREADS=1)
expect_algorithm s2rgf:train "${scene[@]}" "${few[@]}" \
    "LABELS=scene/labels.gpkg|layername=train" FIELD=class OUTPUT=model.s2rgf
expect_same expected.s2rgf model.s2rgf
expect_in "$stdout" "Class 1 forest"
expect_not_in "$stdout" "done." # the bar is for the progress, not for the log

s2rgf_classify -q -m model.s2rgf "${sources[@]}" -conf expected_conf.tif expected.tif
expect_algorithm s2rgf:classify MODEL=model.s2rgf "${scene[@]}" OUTPUT=map.tif CONFIDENCE=conf.tif
expect_same expected.tif map.tif
expect_same expected.qml map.qml
expect_same expected_conf.tif conf.tif
expect_algorithm s2rgf:classify MODEL=model.s2rgf "${scene[@]}" \
    "EXTENT=400100,400300,5799500,5799900 [EPSG:32633]" EXTRA="-co COMPRESS=LZW" OUTPUT=window.tif
s2rgf_classify -q -m model.s2rgf "${sources[@]}" -projwin 400100 5799900 400300 5799500 \
    -co COMPRESS=LZW expected_window.tif
expect_same expected_window.tif window.tif

ogr2ogr -q -nln fields fields.gpkg scene/labels.gpkg train
s2rgf_classify -q -m model.s2rgf "${sources[@]}" -cutline fields.gpkg -exclude scene/labels.gpkg -el test \
    -reject 0.5 -reject_nodata -uncertainty expected_both.tif expected_cut.tif
expect_algorithm s2rgf:classify MODEL=model.s2rgf "${scene[@]}" "CUTLINE=fields.gpkg|layername=fields" \
    "EXCLUDE=scene/labels.gpkg|layername=test" REJECT=0.5 REJECT_NODATA=true OUTPUT=cut.tif UNCERTAINTY=both.tif
expect_same expected_cut.tif cut.tif
expect_same expected_both.tif both.tif

expect_status 0 s2rgf_assess map.tif -labels scene/labels.gpkg -l test -a class -json expected.json \
    -html expected.html
expect_algorithm s2rgf:assess MAP=map.tif "LABELS=scene/labels.gpkg|layername=test" FIELD=class \
    OUTPUT_JSON=figures.json OUTPUT_HTML=report.html
expect_same expected.json figures.json
expect_in "$stdout" "KAPPA:	$(sed -n 's/.*"kappa": \(.*\),/\1/p' figures.json)"
# what the labels are called differs: QGIS gives their absolute path
sed '/Reference labels/d; s/>[^<]*map\.tif</>map.tif</g' expected.html > expected.txt
sed '/Reference labels/d; s/>[^<]*map\.tif</>map.tif</g' report.html | diff - expected.txt || fail "another report"
expect_algorithm s2rgf:assess MAP=map.tif LABEL_RASTER=scene/truth.tif
expect_in "$stdout" "OVERALL_ACCURACY:	0."

# a sample, here labelled by the map itself
s2rgf_sample -q map.tif -n 60 -least 10 -exclude scene/labels.gpkg -l train expected.csv
expect_algorithm s2rgf:sample MAP=map.tif POINTS=60 LEAST=10 DESIGN=stratified ALLOCATION=least \
    "EXCLUDE=scene/labels.gpkg|layername=train" OUTPUT=sample.csv
expect_same expected.csv sample.csv
s2rgf_sample -q map.tif -target_se 0.05 -accuracy 0.9 -accuracy forest=0.7 -allocation neyman expected_se.csv
expect_algorithm s2rgf:sample MAP=map.tif TARGET_SE=0.05 "ACCURACY=0.9 forest=0.7" ALLOCATION=neyman OUTPUT=se.csv
expect_same expected_se.csv se.csv
expect_failure "-allocation: needs -design stratified" s2rgf:sample MAP=map.tif DESIGN=simple ALLOCATION=equal OUTPUT=no.csv
s2rgf_sample -q map.tif -n 60 -design simple sample.gpkg
expect_status 0 s2rgf_assess map.tif -labels sample.gpkg -a map_class -design simple -json expected.json -overwrite
expect_algorithm s2rgf:assess MAP=map.tif LABELS=sample.gpkg FIELD=map_class DESIGN=simple OUTPUT_JSON=design.json
expect_same expected.json design.json

# where to label next
s2rgf_suggest -q -m model.s2rgf "${sources[@]}" -n 12 -distance 30 -labels scene/labels.gpkg -l train expected_next.csv
expect_algorithm s2rgf:suggest MODEL=model.s2rgf "${scene[@]}" POINTS=12 DISTANCE=30 \
    "LABELS=scene/labels.gpkg|layername=train" OUTPUT=next.csv
expect_same expected_next.csv next.csv

# two maps, without and with their confidences
expect_status 0 s2rgf_change map.tif scene/truth.tif expected_change.tif -json expected_change.json
expect_algorithm s2rgf:change BEFORE=map.tif AFTER=scene/truth.tif OUTPUT=change.tif OUTPUT_JSON=change.json
expect_same expected_change.json change.json
expect_same expected_change.qml change.qml
expect_in "$stdout" "Pixels; rows: before, columns: after"
expect_status 0 s2rgf_change -q map.tif scene/truth.tif expected_sure.tif -conf_before conf.tif -conf_after conf.tif \
    -threshold 0.7 -json expected_change.json -overwrite
expect_algorithm s2rgf:change BEFORE=map.tif AFTER=scene/truth.tif CONFIDENCE_BEFORE=conf.tif CONFIDENCE_AFTER=conf.tif \
    THRESHOLD=0.7 OUTPUT=sure.tif OUTPUT_JSON=change.json
expect_same expected_change.json change.json
expect_same expected_sure.tif sure.tif

s2rgf_info -html expected.html -overwrite model.s2rgf
expect_algorithm s2rgf:info MODEL=model.s2rgf OUTPUT_HTML=model.html
expect_same expected.html model.html
for text in "SOURCES:	ms,hs" "CLASS_COUNT:	3" "NETWORK:	dense"; do expect_in "$stdout" "$text"; done

# ---- a filtered layer: only the polygons that pass; several rasters of one source
expect_algorithm s2rgf:train "${scene[@]}" "${few[@]}" VALIDATION=0 \
    "LABELS=scene/labels.gpkg|layername=train|subset=class <> 'forest'" FIELD=class OUTPUT=two.s2rgf
expect_algorithm s2rgf:info MODEL=two.s2rgf
expect_in "$stdout" "CLASS_COUNT:	2"
expect_algorithm s2rgf:train SOURCE_1=scene/ms.tif SOURCE_1=scene/ms.tif "${few[@]}" \
    "LABELS=scene/labels.gpkg|layername=train" FIELD=class OUTPUT=joined.s2rgf
expect_in "$stdout" "-i ms=scene/ms.tif -i ms=scene/ms.tif"
expect_in "$stdout" "8 bands"

# ---- many scenes: each with its labels, or one layer for all; a source may be the same in all
mkdir "many scenes"
for name in a b; do
    for file in ms.tif hs.tif labels.gpkg; do ln "scene/$file" "many scenes/${name}_$file"; done
done
many=(s2rgf_train -q -c 16 -steps 4 -batch 1 -crop 32 -threads 1 -scenes "many scenes" -i 'ms={}_ms.tif')
"${many[@]}" -i 'hs={}_hs.tif' -labels '{}_labels.gpkg' -l train expected_many.s2rgf
expect_algorithm s2rgf:train "${few[@]}" "SCENES=many scenes" 'SCENE_RASTERS=ms={}_ms.tif hs={}_hs.tif' \
    'SCENE_LABELS={}_labels.gpkg' EXTRA="-l train" OUTPUT=many.s2rgf
expect_same expected_many.s2rgf many.s2rgf
"${many[@]}" -i hs=scene/hs.tif -labels scene/labels.gpkg -l train -a class -init model.s2rgf -b ms=1-3 -overwrite expected_many.s2rgf
expect_algorithm s2rgf:train "${few[@]}" "SCENES=many scenes" 'SCENE_RASTERS="ms={}_ms.tif"' \
    SOURCE_1=scene/hs.tif SOURCE_1_NAME=hs "LABELS=scene/labels.gpkg|layername=train" FIELD=class INITIAL=model.s2rgf \
    BANDS=ms=1-3 OUTPUT=many.s2rgf
expect_same expected_many.s2rgf many.s2rgf

# ---- the table of options says what the programs say
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_defaults.py"
