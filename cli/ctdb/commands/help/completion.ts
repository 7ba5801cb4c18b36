/**
 * The completion scripts of the shells. They ask `ctdb completion-names` what may stand at the
 * cursor, so that they know every command and flag of the release that is installed.
 *
 * @module
 */
import type { Call } from "../../framework/call.ts";
import type { LocalCommands } from "../../framework/command.ts";
import { FILES } from "./completion-names.ts";

export const commands = { completion } satisfies LocalCommands;

const BASH = `# Completion of ctdb: source <(ctdb completion bash)
_ctdb() {
  local IFS=$'\\n' line lines
  lines=$(ctdb completion-names -- "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=()
  if [[ $lines == ${FILES} ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=( $(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}") )
    return
  fi
  for line in $lines; do COMPREPLY+=( "\${line%%$'\\t'*}" ); done
}
complete -F _ctdb ctdb
`;

const ZSH = `#compdef ctdb
# Completion of ctdb: source <(ctdb completion zsh)
_ctdb() {
  local -a lines texts abouts
  local line
  lines=("\${(@f)$(ctdb completion-names -- "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == ${FILES} ]]; then
    _files
    return
  fi
  for line in $lines; do
    texts+=("\${line%%$'\\t'*}")
    abouts+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
  done
  compadd -l -d abouts -a texts
}
# As a file in $fpath this is the body of the function itself.
if [[ $funcstack[1] == _ctdb ]]; then
  _ctdb "$@"
else
  (( $+functions[compdef] )) || { autoload -U compinit && compinit -u }
  compdef _ctdb ctdb
fi
`;

const FISH = `# Completion of ctdb: ctdb completion fish | source
function __ctdb_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (ctdb completion-names -- $words 2>/dev/null)
  if test "$lines[1]" = ${FILES}
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines
  end
end
complete -c ctdb -f -a '(__ctdb_complete)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

function completion(call: Call): Promise<void> {
  call.io.stdout(SCRIPTS[call.operand(0)] ?? call.usage(call.operand(0)));
  return Promise.resolve();
}
