#!/usr/bin/env bash
# What "Install from ZIP" gets: the whole plugin with its translations, manual pages and licence.
. "$(dirname "$0")/../tools/lib.sh"
. "$top_srcdir/tests/qgis/qgis.sh"
need make lrelease mandoc

unset MAKEFLAGS MAKELEVEL MFLAGS
expect_status 0 make -s -C "$builddir" s2rgf-qgis.zip
expect_status 0 "$PYTHON" -m zipfile -e "$builddir/s2rgf-qgis.zip" plugins
for file in LICENSE metadata.txt icon.svg icons/train.svg i18n/s2rgf_de.qm i18n/s2rgf_fr.qm \
    help/s2rgf_classify.html algorithms/train.py; do
    expect_file "plugins/s2rgf/$file"
done
rm "$builddir/s2rgf-qgis.zip"
export QGIS_PLUGINPATH=$PWD/plugins
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_zip.py" en "Classify" "Maps the land cover"
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_zip.py" de "Klassifizieren" "Kartiert die Landbedeckung"
expect_status 0 "$PYTHON" "$top_srcdir/tests/qgis/check_zip.py" fr "Classifier" "Cartographie l'occupation"
