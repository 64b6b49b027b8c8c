#!/usr/bin/env bash
# zsh completion: what Tab makes of a line in a real zsh, of options, models, formats and files.
. "$(dirname "$0")/../tools/lib.sh"
need zsh

mkdir functions
sed "s|@completiondir@|$top_srcdir/completion|" "$top_srcdir/completion/s2rgf.zsh" > functions/_s2rgf
mkdir -p files/folder
cd files
touch a.s2rgf 'b c.s2rgf' d.tif 'folder/e$.tif'

# completes LINE EXPECTED: the line after Tab
completes() {
    local found
    found=$(timeout 60 zsh -f "$top_srcdir/tests/tools/press_tab.zsh" "$scratch/functions" "$1")
    [ "$found" = "$2" ] || fail "'$1' becomes '$found', expected '$2'"
}

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    completes "$program --utility" "$program --utility_version "
done
completes "s2rgf_classify -overw" "s2rgf_classify -overwrite "
completes "s2rgf_classify -threads A" "s2rgf_classify -threads ALL_CPUS "
completes "s2rgf_classify -of GTi" "s2rgf_classify -of GTiff "
completes "s2rgf_classify -m a" "s2rgf_classify -m a.s2rgf "
completes "s2rgf_classify -m d" "s2rgf_classify -m d"
completes "s2rgf_classify -m b" 's2rgf_classify -m b\ c.s2rgf '
completes 's2rgf_classify -m b\ c.s2rgf -i ms=fo' 's2rgf_classify -m b\ c.s2rgf -i ms=folder/'
completes "s2rgf_classify -i ms=folder/" 's2rgf_classify -i ms=folder/e\$.tif '
completes "s2rgf_info no_such" "s2rgf_info no_such"
