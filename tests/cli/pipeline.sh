#!/usr/bin/env bash
# The programs one after the other: what they write, what they print, and silence with -q.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/cli/tiny_scene.sh"
need gdalinfo

# ---- train
expect_silence "${train[@]}" -q quiet.s2rgf
expect_status 0 "${train[@]}" -val 0 loud.s2rgf
for text in "ms" "hs" "100 - done"; do expect_in "$stdout" "$text"; done
expect_silence "${train[@]}" -q again.s2rgf
expect_same quiet.s2rgf again.s2rgf
expect_silence "${train[@]}" -q -seed 2 other.s2rgf
! cmp -s quiet.s2rgf other.s2rgf || fail "another seed gave the same model"

# ---- describe
expect_status 0 s2rgf_info quiet.s2rgf
for text in "ms" "hs" "dense" "calibration error"; do expect_in "$stdout" "$text"; done

# calibrated where there was validation, and only there; otherwise the temperature is the expert's share
calibration_of() { # MODEL: temperature, error before and after, as in its description
    s2rgf_info -json "$1" | tr -d ' ,"' |
        sed -n 's/^temperature:/T /p; s/^calibration_error_before:/before /p; s/^calibration_error_after:/after /p'
}
[ "$(calibration_of loud.s2rgf)" = $'T 3\nbefore null\nafter null' ] ||
    fail "without validation: $(calibration_of loud.s2rgf)"
calibration_of quiet.s2rgf | awk '$1 == "T" { t = $2 } $1 == "before" { b = $2 } $1 == "after" { a = $2 }
    END { exit !(t >= 0.25 && t <= 4 && t != 1 && b > 0 && b <= 1 && a >= 0 && a <= 1) }' ||
    fail "with validation: $(calibration_of quiet.s2rgf)"

# ---- classify
classify=(s2rgf_classify -m quiet.s2rgf "${sources[@]}")
expect_silence "${classify[@]}" -q quiet.tif
expect_file quiet.tif quiet.qml
expect_status 0 "${classify[@]}" -noqml loud.tif
for text in "ms" "hs" "100 - done"; do expect_in "$stdout" "$text"; done
expect_no_file loud.qml
gdalinfo quiet.tif > info.txt
for text in "Size is 192, 160" "NoData Value=0" "Color Table" "Categories" "CLASS_1="; do
    expect_in info.txt "$text"
done
expect_silence "${classify[@]}" -q --srcwin 10 20 30 40 --of GTiff --co COMPRESS=LZW window.tif
gdalinfo window.tif > info.txt
expect_in info.txt "Size is 30, 40"
expect_in info.txt "COMPRESSION=LZW"
expect_silence "${classify[@]}" -q -conf conf.tif -prob prob.tif -noqml more.tif
gdalinfo prob.tif > info.txt
expect_in info.txt "Band 3"
expect_not_in info.txt "Band 4"
# the format is the map's, the others have that of their own names
expect_silence "${classify[@]}" -q -of PNG -conf own.tif -noqml picture.png
gdalinfo own.tif > info.txt
expect_in info.txt "Driver: GTiff"
expect_in info.txt "Type=Float32"
gdalinfo picture.png > info.txt
expect_in info.txt "Driver: PNG"

# ---- assess
assess=(s2rgf_assess quiet.tif -labels scene/labels.gpkg -l test -a class)
expect_silence "${assess[@]}" -q -json quiet.json
expect_file quiet.json
expect_status 0 "${assess[@]}"
expect_in "$stdout" "overall accuracy"

# ---- no output is replaced unless that is asked for, and then only by a whole one
echo mine > mine.s2rgf
expect_status 1 "${train[@]}" -q mine.s2rgf
expect_in "$stderr" "mine.s2rgf"
expect_in "$stderr" "overwrite"
[ "$(cat mine.s2rgf)" = mine ] || fail "an existing model was touched"
expect_silence "${train[@]}" -q -overwrite mine.s2rgf
expect_same quiet.s2rgf mine.s2rgf
for option in "" -conf -prob; do
    rm -f free.tif
    cp loud.tif mine.tif
    if [ -z "$option" ]; then
        expect_status 1 "${classify[@]}" -q mine.tif
    else
        expect_status 1 "${classify[@]}" -q "$option" mine.tif free.tif
        expect_no_file free.tif free.qml
    fi
    expect_in "$stderr" "mine.tif"
    expect_in "$stderr" "overwrite"
    expect_same mine.tif loud.tif
done
echo mine > mine.tif
expect_silence "${classify[@]}" -q -overwrite mine.tif
gdalinfo mine.tif > info.txt
expect_in info.txt "Size is 192, 160"

[ -z "$(find . -name '*tmp*')" ] || fail "temporary files are left: $(find . -name '*tmp*')"
