# usage: zsh -f press_tab.zsh FOLDER LINE
# Print what the key Tab makes of a line in an interactive zsh with the completions of a folder.
# The terminal echoes what is typed: there the marks READY, << and >> have quotes inside.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell 'show() { print -r -- "<""<$BUFFER>"">"; BUFFER=; }; zle -N show; bindkey "^X" show; print RE""ADY'
zpty -r -m shell text '*READY*'
zpty -w -n shell "$2"$'\t\x18'
zpty -r -m shell text '*<<*>>*'
print -r -- ${${text##*<<}%%>>*}
zpty -d shell
