#compdef s2rgf_assess s2rgf_change s2rgf_classify s2rgf_info s2rgf_mosaic s2rgf_sample s2rgf_suggest s2rgf_train
# zsh completion for the programs of s2rgf: bash's, from the same --help.

local word
local -a found folders others
found=("${(@f)$(bash -c '. "$0" && _s2rgf_print "$@"' '@completiondir@/s2rgf.bash' \
    "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
for word in $found; do
    if [[ $word == */ ]]; then
        folders+=("$word")
    else
        others+=("$word")
    fi
done
# no blank after a folder: its files are next
(( $#folders )) && compadd -S '' -- $folders
(( $#others )) && compadd -- $others
return $(( $#found == 0 ))
