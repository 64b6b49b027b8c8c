#!/usr/bin/env bash
# bash completion: all options of all programs, models, formats, files; every placeholder has a meaning.
. "$(dirname "$0")/../tools/lib.sh"
# bash-completion, too, reads it in a function
load() { . "$top_srcdir/completion/s2rgf.bash"; }
load

# completed LINE: what completes the last word of a line that has no quotes, one a line, sorted.
completed() {
    local line=$1
    COMP_LINE=$line COMP_POINT=${#line} COMPREPLY=()
    COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
    # as readline does, = is a word of its own
    line=${line//=/ = }
    read -ra COMP_WORDS <<< "$line"
    [[ $line != *' ' ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _s2rgf "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}" | sort
}
# completes LINE WORD...: to these words and no others
completes() {
    local found
    found=$(completed "$1" | tr '\n' ' ')
    [ "$found" = "${*:2} " ] || fail "'$1' completes to '$found', expected '${*:2}'"
}

mkdir -p files/folder
cd files
touch a.s2rgf b.s2rgf a.tif a.txt folder/c.tif

# Every option of every program, with one dash and with two, and no placeholder is unknown.
for program in s2rgf_train s2rgf_classify s2rgf_mosaic s2rgf_sample s2rgf_change s2rgf_suggest s2rgf_assess s2rgf_info; do
    "$program" --help | sed -nE 's/^  (-[^ ].*)$/\1/p' | awk '{
        for (i = 1; i <= NF && $i ~ /^-/; i++) {
            more = $i ~ /,$/
            sub(/,$/, "", $i); sub(/^--?/, "", $i)
            print "-" $i
            if (!more) break
        }
    }' | sort > ../listed
    [ "$(wc -l < ../listed)" -ge 8 ] || fail "hardly an option ../found in $program --help"
    completed "$program -" > ../found
    diff ../listed ../found || fail "$program: options in --help (<) and completed (>) differ"
    completed "$program --" > ../found
    sed 's/^/-/' ../listed | diff - ../found || fail "$program: options with two dashes"
    _s2rgf_read "$program"
    for values in "${_s2rgf_values[@]}" "${_s2rgf_arguments[@]}"; do
        for value in $values; do
            [ "$(_s2rgf_kind "$value")" != unknown ] || fail "$program: what completes $value?"
        done
    done
    complete -p "$program" > "$stdout" || fail "$program is not completed"
    expect_in "$stdout" _s2rgf
done
[ "$(_s2rgf_kind planted)" = unknown ] || fail "a planted placeholder is known"

completes "s2rgf_classify -ov" -overwrite
completes "s2rgf_classify -precision e" exact
completes "s2rgf_train -network " dense patch
completes "s2rgf_train -freeze " encoders
completes "s2rgf_train -val_by " group scene
completes "s2rgf_train -redundancy s" softmax
completes "s2rgf_train -ablate " attention expert hidden redundancy spatial spectral ssja windows
completes "s2rgf_sample -design s" simple stratified systematic
completes "s2rgf_sample -allocation " equal least neyman proportional
completes "s2rgf_assess -design sy" systematic
completes "s2rgf_classify -m " a.s2rgf b.s2rgf folder
completes "s2rgf_classify --m a" a.s2rgf
completes "s2rgf_classify -m a.s2rgf -i a." a.s2rgf a.tif a.txt
completes "s2rgf_classify -i ms=folder/" folder/c.tif
completes "s2rgf_classify -i ms=" a.s2rgf a.tif a.txt b.s2rgf folder
completes "s2rgf_classify -i ms=a.tif -thr" -threads
completes "s2rgf_classify -threads " ALL_CPUS
completes "s2rgf_classify -tile a" auto
completes "s2rgf_classify -shard " auto
completes "s2rgf_classify -wm " auto
completes "s2rgf_classify -srcwin 1 2 3 "
completes "s2rgf_classify -srcwin 1 2 3 4 fol" folder
completes "s2rgf_classify -of GTi" GTiff
completes "s2rgf_classify -of CO" COG
completes "s2rgf_mosaic -of VR" VRT
completes "s2rgf_mosaic -n " auto
completes "s2rgf_sample -of GPK" GPKG
completes "s2rgf_suggest -of GPK" GPKG
completes "s2rgf_suggest -m " a.s2rgf b.s2rgf folder
completes "s2rgf_sample -strata fold" folder
completes "s2rgf_change -of CO" COG
completes "s2rgf_info " a.s2rgf b.s2rgf folder
completes "s2rgf_info a.s2rgf " a.s2rgf a.tif a.txt b.s2rgf folder
completes "s2rgf_info -onnx a.s2rgf out.onnx "
completes "s2rgf_info a.s2rgf -js" -json
completes "s2rgf_train -c " auto
completes "s2rgf_assess fold" folder
completes "no_such_program -"
# only what writes is offered for writing
completed "s2rgf_classify -of " > ../found
[ "$(wc -l < ../found)" -ge 20 ] || fail "hardly a format is offered"
gdalinfo --formats | sed -n 's/^ *\([^ ]*\) -[a-z, ]*raster[a-z, ]*- (ro.*/\1/p' | sort > ../readers
[ -z "$(comm -12 ../found ../readers)" ] || fail "-of offers $(comm -12 ../found ../readers)"
completed "s2rgf_classify -if " > ../found
[ -z "$(comm -13 ../found ../readers)" ] || fail "-if does not offer $(comm -13 ../found ../readers)"
# where = is no end of a word
COMP_WORDS=(s2rgf_classify -i ms=folder/)
COMP_CWORD=2
COMP_WORDBREAKS=' '
_s2rgf s2rgf_classify
[ "${COMPREPLY[*]}" = ms=folder/c.tif ] || fail "ms=folder/ completes to ${COMPREPLY[*]}"
