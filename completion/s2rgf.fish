# fish completion for the programs of s2rgf: bash's, from the same --help.

function __s2rgf_complete
    bash -c '. "$0" && _s2rgf_print "$@"' '@completiondir@/s2rgf.bash' \
        (commandline -opc) (commandline -ct) 2>/dev/null
end

for program in s2rgf_assess s2rgf_change s2rgf_classify s2rgf_info s2rgf_mosaic s2rgf_sample s2rgf_suggest s2rgf_train
    complete -c $program -f -a '(__s2rgf_complete)'
end
