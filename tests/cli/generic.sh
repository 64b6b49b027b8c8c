#!/usr/bin/env bash
# Versions, formats, and GDAL's generic switches in all their spellings.
. "$(dirname "$0")/../tools/lib.sh"
need gdalinfo

gdal=$(gdalinfo --version | sed 's/^GDAL \([0-9.]*\).*/\1/')
version=$(sed -n 's/^AC_INIT(\[s2rgf\], *\[\([0-9.]*\)\].*/\1/p' "$top_srcdir/configure.ac")
[ -n "$version" ] || fail "no version found in configure.ac"

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    for spelling in -version --version; do
        expect_status 0 "$program" "$spelling"
        [ "$(cat "$stdout")" = "$program $version, GDAL $gdal" ] || fail "$program $spelling"
    done
    expect_status 0 "$program" --utility_version
    expect_in "$stdout" "$program was compiled against GDAL"
    expect_in "$stdout" "running against GDAL $gdal"
    for spelling in -formats --formats; do
        expect_status 0 "$program" "$spelling"
        expect_in "$stdout" "GTiff -raster-"
    done
done
# labels may be vectors, maps are rasters
expect_status 0 s2rgf_train --formats
expect_in "$stdout" "GPKG"
expect_status 0 s2rgf_assess --formats
expect_in "$stdout" "ESRI Shapefile"

# Every form of --config is taken out of the command line with its value, and not one word more:
# the last word is still there, and stated to be one too many.
for form in "--config S2_TEST=1" "-config S2_TEST=1" "--config S2_TEST 1" "-config S2_TEST 1" \
    "--config S2_TEST=" "--config S2_TEST=a=b" "--debug off" "-debug off"; do
    # shellcheck disable=SC2086 # the form is several words
    expect_status 2 s2rgf_assess -labels l.gpkg map.tif $form last
    expect_in "$stderr" "one argument too many: 'last'"
    # shellcheck disable=SC2086
    expect_status 2 s2rgf_assess -labels l.gpkg map.tif last $form
    expect_in "$stderr" "one argument too many: 'last'"
done

# It has its effect: GDAL sends its messages where CPL_LOG says, also when it stands first.
for form in "--config CPL_LOG=log.txt" "--config CPL_LOG log.txt" "-config CPL_LOG=log.txt"; do
    rm -f log.txt
    # shellcheck disable=SC2086
    run s2rgf_assess $form -labels absent.gpkg absent.tif
    [ "$status" -eq 1 ] || fail "status $status, expected 1: $form"
    expect_in log.txt "absent.tif"
done

# Words from a file: comments, quoted words, --config in both forms.
mkdir "a folder"
cat > words.txt << 'END'
# a comment: -no_such_option
-labels "a folder/absent.gpkg"
--config CPL_LOG=log.txt
--config CPL_DEBUG OFF

-where "a = 'b c'"
END
for spelling in -optfile --optfile; do
    rm -f log.txt
    run s2rgf_assess "$spelling" words.txt absent.tif
    [ "$status" -eq 1 ] || fail "status $status, expected 1: $spelling"
    expect_in log.txt "absent.tif"
    expect_status 2 s2rgf_assess "$spelling" words.txt absent.tif last
    expect_in "$stderr" "one argument too many: 'last'"
done
echo "--optfile words.txt" > nested.txt
expect_status 2 s2rgf_assess --optfile nested.txt
expect_in "$stderr" "--optfile: not allowed in an option file"

printf '\377\376-\0q\0\n\0' > wide.txt # as PowerShell writes text
expect_status 2 s2rgf_assess --optfile wide.txt
expect_in "$stderr" "--optfile wide.txt: expected text in UTF-8, found UTF-16"

# What GDAL reads when it registers drivers has its effect, as in GDAL's own programs.
expect_status 0 s2rgf_info --formats
expect_in "$stdout" "GTiff -raster"
echo "--config GDAL_SKIP=GTiff" > skip.txt
mkdir drivers
for form in "--config GDAL_SKIP=GTiff" "--config GDAL_SKIP GTiff" "-config GDAL_SKIP=GTiff" "--optfile skip.txt"; do
    for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
        # shellcheck disable=SC2086 # the form is several words
        expect_status 0 "$program" $form --formats
        [[ $(cat "$stdout") != *"GTiff -raster"* ]] || fail "$program $form: GTiff is there"
        expect_in "$stdout" "PNG -raster"
    done
done
# a folder with what is no plugin: whoever looks for plugins there says so
touch drivers/gdal_planted.so
run s2rgf_info --config "GDAL_DRIVER_PATH=$PWD/drivers" --formats
expect_in "$stderr" "gdal_planted.so"
run s2rgf_info --config GDAL_SKIP=PNG --debug on --formats
expect_in "$stderr" "AutoSkipDriver(PNG)"
