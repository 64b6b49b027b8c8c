#!/usr/bin/env bash
# fish completion: what a real fish offers for a line, of options, models, formats and files.
. "$(dirname "$0")/../tools/lib.sh"
need fish

export HOME=$scratch/home
mkdir -p "$HOME" files/folder
sed "s|@completiondir@|$top_srcdir/completion|" "$top_srcdir/completion/s2rgf.fish" > s2rgf.fish
cd files
touch a.s2rgf 'b c.s2rgf' d.tif folder/e.tif

# offered LINE: what fish offers, one a line
offered() { line=$1 fish --no-config -c 'source ../s2rgf.fish; complete -C "$line"'; }
# completes LINE WORD...: to these words and no others
completes() {
    local found
    found=$(offered "$1" | sort | tr '\n' '|')
    [ "$found" = "$(printf '%s|' "${@:2}")" ] || fail "'$1' completes to '$found', expected '${*:2}'"
}

for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    completes "$program --utility" --utility_version
done
completes "s2rgf_classify -overw" -overwrite
completes "s2rgf_classify -threads " ALL_CPUS
completes "s2rgf_classify -of GTi" GTiff
completes "s2rgf_classify -m " a.s2rgf "b c.s2rgf" folder/
completes 's2rgf_classify -m "b c.s2rgf" -i ms=fo' ms=folder/
completes "s2rgf_classify -i ms=folder/" ms=folder/e.tif
completes "s2rgf_info a.s2rgf -js" -json
[ -z "$(offered "s2rgf_info no_such")" ] || fail "offers $(offered "s2rgf_info no_such")"
[ "$(offered "s2rgf_classify -" | wc -l)" -ge 20 ] || fail "hardly an option is offered"
