/**
 * What each shell runs at the Tab key. All of them ask `certmill completion SHELL -- WORDS` and show what it
 * prints: a line for each word, its description after a tab, or `:files`.
 */
export type Shell = keyof typeof scripts;

export const scripts = {
  bash: `_certmill() {
  local word
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    if [[ $word == :files ]]; then compopt -o default; COMPREPLY=(); return; fi
    COMPREPLY+=("$word")
  done < <(certmill completion bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _certmill certmill`,

  zsh: `#compdef certmill
_certmill() {
  local word description
  local -a found
  while IFS=$'\\t' read -r word description; do
    if [[ $word == :files ]]; then _files; return; fi
    found+=("\${word//:/\\\\:}:$description")
  done < <(certmill completion zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe certmill found
}
compdef _certmill certmill`,

  fish: `function __certmill_complete
  set -l words (commandline -opc)
  set -l found (certmill completion fish -- $words[2..-1] (commandline -ct) 2>/dev/null)
  if test "$found[1]" = :files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete --command certmill --no-files --arguments '(__certmill_complete)'`,
} as const;
