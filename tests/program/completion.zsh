# What a real zsh makes of keys typed at its prompt: completion.zsh FOLDER, which has _expcore in it.
emulate -R zsh
zmodload zsh/zpty zsh/datetime || exit 1
folder=$1
typeset -F deadline=$((EPOCHREALTIME + 20))

zpty -b prompt "TERM=dumb zsh -f -i"
zpty -w prompt "fpath=($folder \$fpath); autoload -Uz compinit; compinit -u -D; PROMPT=; unsetopt beep"
zpty -w prompt "tell() { print -r -- \"\$BUFFER|\" >> $folder/typed; BUFFER= }; zle -N tell"
zpty -w prompt "bindkey '^I' complete-word '^X' tell"

# keys TYPED WANTED: TYPED and the key of completion make WANTED.
keys() {
  : > $folder/typed
  zpty -w -n prompt $1$'\t\x18'
  until [[ -s $folder/typed ]]; do
    zpty -r -t prompt nothing  # a full terminal would stop it
    ((EPOCHREALTIME < deadline)) || { print "zsh does not answer to '$1'"; exit 1 }
    sleep 0.02
  done
  local made="$(<$folder/typed)"
  [[ $made == "$2|" ]] || { print "zsh makes '$made' of '$1', not '$2|'"; exit 1 }
}
keys 'expcore repr' 'expcore repro '
keys 'expcore exp sh' 'expcore exp show '
keys 'expcore experiments ren' 'expcore experiments rename '
keys 'expcore --quiet exp run --set' 'expcore --quiet exp run --set-param '
keys 'expcore queue prior' 'expcore queue prioritize '
zpty -d prompt
