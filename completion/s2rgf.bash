# bash completion for the programs of s2rgf: options, models, formats, files. zsh and fish ask it, too.
# What there is to complete comes from --help and --formats of the program that is being completed, so
# it is never older than that. Only what its placeholders mean is written here, in _s2rgf_kind.
# shellcheck shell=bash

declare -gA _s2rgf_values _s2rgf_words # of the program below: by option, without dashes
_s2rgf_options=()
_s2rgf_arguments=() # placeholders of what is not an option, in their order
_s2rgf_program=

# _s2rgf_kind PLACEHOLDER: what stands for it is a file, model, input, format, pair, one of its words,
# none of these, or unknown.
_s2rgf_kind() {
    case $1 in
    model.s2rgf) echo model ;;
    '[name=]raster') echo input ;;
    file | raster | polygons | before.tif | after.tif | change.tif | file.s2rgf.json | map.tif | out.gpkg | out.onnx | \
        out.tif | 'folder|list') echo file ;;
    format) echo format ;;
    *=VALUE) echo pair ;;
    N | MB | pixels | '[pixels]' | 'pixels|Xha' | '[name=]bands' | '[source:]layer=values' | p | \
        channels | rate | fraction | weight | spread | x | y | width | height | ulx | uly | \
        lrx | lry | error | metres | '[class=]U' | i/n | srs | value | part | field | layer | expression | what) echo none ;;
    *'|'* | encoders) echo words ;;
    *) echo unknown ;;
    esac
}

# One entry of the help: its left column and its text.
_s2rgf_take() {
    # "[16 to 8192, or auto; default auto]": a word that stands for a number
    local names=() name values='' zero=', or ([A-Za-z_]+)[];]'
    # "what it contributes: attention, ssja, hidden or source:name"
    local list=': ([a-z]+(, [a-z]+)+) or '
    read -ra words <<< "$1"
    for name in "${words[@]}"; do
        case $name in
        -?*)
            name=${name%,}
            name=${name#-}
            names+=("${name#-}")
            ;;
        *) values+=${values:+ }$name ;;
        esac
    done
    [[ ${#names[@]} -gt 0 ]] || _s2rgf_arguments+=("$values")
    for name in "${names[@]}"; do
        _s2rgf_options+=("$name")
        _s2rgf_values[$name]=$values
        [[ ! $2 =~ $zero ]] || _s2rgf_words[$name]=${BASH_REMATCH[1]}
        [[ ! $2 =~ $list ]] || _s2rgf_words[$name]=${BASH_REMATCH[1]//,/}
    done
}

# Read the help of a program, unless that was done.
_s2rgf_read() {
    local line left='' text='' words
    [[ $_s2rgf_program != "$1" ]] || return 0
    _s2rgf_values=() _s2rgf_words=() _s2rgf_options=() _s2rgf_arguments=()
    while IFS= read -r line; do
        if [[ $line == "  "[^\ ]* ]]; then
            [[ -z $left ]] || _s2rgf_take "$left" "$text"
            line=${line#  }
            left=${line%%  *}
            text=${line#"$left"}
        elif [[ $line == "   "* ]]; then
            text+=" ${line#"${line%%[^ ]*}"}"
        else
            [[ -z $left ]] || _s2rgf_take "$left" "$text"
            left=
        fi
    done < <("$1" --help 2> /dev/null && echo)
    [[ ${#_s2rgf_options[@]} -gt 0 ]] || return 1
    [[ -z ${_s2rgf_values[shard]+set} ]] || _s2rgf_words[shard]=auto
    [[ -z ${_s2rgf_values[debug]+set} ]] || _s2rgf_words[debug]="on off S2RGF"
    _s2rgf_program=$1
}

# _s2rgf_formats PROGRAM LETTER: GDAL's formats that can be read (r) or written (w), of rasters or of points.
_s2rgf_formats() {
    local kind=raster
    [[ $1 != *s2rgf_sample && $1 != *s2rgf_suggest ]] || kind=vector
    "$1" --formats 2> /dev/null |
        sed -n "s/^ *\([^ ]*\) -[a-z, ]*$kind[a-z, ]*- ([a-z]*$2.*/\1/p"
}

# Files that begin with the current word, and folders; all, or those with an extension.
_s2rgf_files() {
    local name
    # fails outside of a completion, where there is nothing to tell
    compopt -o filenames 2> /dev/null || true
    while IFS= read -r name; do
        [[ -n $2 && ! -d $name && $name != *"$2" ]] || COMPREPLY+=("$name")
    done < <(compgen -f -- "$1")
}

# Complete what a placeholder stands for. $1 program, $2 option, $3 placeholder, $4 current word
_s2rgf_value() {
    local word words=${_s2rgf_words[$2]-}
    case $(_s2rgf_kind "$3") in
    model) _s2rgf_files "$4" .s2rgf ;;
    file) _s2rgf_files "$4" '' ;;
    input) _s2rgf_files "${4#*=}" '' ;;
    words) words=${3//|/ } ;;
    format)
        if [[ $2 == of ]]; then words=$(_s2rgf_formats "$1" w); else words=$(_s2rgf_formats "$1" r); fi
        ;;
    esac
    for word in $words; do
        [[ $word != "$4"* ]] || COMPREPLY+=("$word")
    done
    # a source's name is a part of the word where = does not end one
    if [[ $4 == *=* && $(_s2rgf_kind "$3") == input && $COMP_WORDBREAKS != *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]/#/"${4%%=*}="}")
    fi
}

# The words of the line, with those together that = has parted: _s2rgf_line, of which the last is the
# current one.
_s2rgf_join() {
    local i word
    _s2rgf_line=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ i -gt 1 && ($word == = || ${COMP_WORDS[i - 1]} == =) ]]; then
            _s2rgf_line[${#_s2rgf_line[@]} - 1]+=$word
        else
            _s2rgf_line+=("$word")
        fi
    done
}

_s2rgf() {
    local program=${1/#\~/$HOME} i=1 argument=0 name dashes last current values=() _s2rgf_line=()
    COMPREPLY=()
    _s2rgf_read "$program" || return 0
    _s2rgf_join
    last=$((${#_s2rgf_line[@]} - 1))
    current=${_s2rgf_line[last]}
    while ((i < last)); do
        name=${_s2rgf_line[i]}
        if [[ $name != -?* ]]; then
            ((argument++, i++))
            continue
        fi
        name=${name#-}
        name=${name#-}
        read -ra values <<< "${_s2rgf_values[$name]-}"
        if ((i + ${#values[@]} >= last)); then
            _s2rgf_value "$program" "$name" "${values[last - i - 1]}" "$current"
            return 0
        fi
        ((i += 1 + ${#values[@]}))
    done
    if [[ $current == -* ]]; then
        dashes=-
        [[ $current != --* ]] || dashes=--
        for name in "${_s2rgf_options[@]}"; do
            [[ $dashes$name != "$current"* ]] || COMPREPLY+=("$dashes$name")
        done
    elif [[ -n ${_s2rgf_arguments[argument]-} ]]; then
        _s2rgf_value "$program" argument "${_s2rgf_arguments[argument]}" "$current"
    fi
}

# What completes the last of these words, the first of which is the program, one a line; folders end in a
# slash. For other shells, whose completions run this in bash.
_s2rgf_print() {
    local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_WORDBREAKS=' ' COMPREPLY word
    _s2rgf "$1"
    for word in "${COMPREPLY[@]}"; do
        if [[ $word != -* && -d ${word#*=} ]]; then word+=/; fi
        printf '%s\n' "$word"
    done
}

complete -F _s2rgf s2rgf_assess s2rgf_change s2rgf_classify s2rgf_info s2rgf_mosaic s2rgf_sample s2rgf_suggest s2rgf_train
