import type { Call } from "../../framework/call.ts";
import type { CommandInfo, LocalCommands, OperandKind } from "../../framework/command-info.ts";
import { commandTable } from "../../command-table.ts";

export const commands: LocalCommands = { completion };

/** Options that the scripts offer; those in the second list are followed by an argument. */
const FLAGS = ["-X", "-Y", "-v", "--json", "--help", "--usage"];
const VALUED = ["-n", "-t", "-T", "-d", "-x", "--node", "--socket", "--separator"];

const SCRIPTS: Readonly<Record<string, () => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

function completion(call: Call): Promise<void> {
  const script = SCRIPTS[call.operand(0)] ?? call.usage();
  call.io.stdout(script());
  return Promise.resolve();
}

/** The command by which a shell lists the names of a kind; `undefined` for none. */
function listCommand(kind: OperandKind): string | undefined {
  const list = (names: string) => `$(ctdb -t 1 completion-names ${names} 2>/dev/null)`;
  switch (kind) {
    case "node":
      return `all ${list("nodes")}`;
    case "database":
      return list("databases");
    case "tunable":
      return list("tunables");
    case "interface":
      return list("interfaces");
    case "command":
      return commandTable.map(({ name }) => name).join(" ");
    case "file":
      return undefined;
    default:
      return kind.join(" ");
  }
}

/** `name:index` patterns with what is offered there. */
function operandCases(commandsWithKinds: readonly CommandInfo[]) {
  return commandsWithKinds.flatMap(({ name, kinds = [], count }) => {
    const cases = kinds.map((kind, i) => ({ pattern: `${name}:${i + 1}`, kind }));
    const last = kinds.at(-1);
    const endless = count?.[1] === Infinity && last !== undefined;
    return endless ? [...cases, { pattern: `${name}:*`, kind: last }] : cases;
  });
}

/** Bash, and zsh through its emulation of bash's completion. */
function bashScript(): string {
  const cases = operandCases(commandTable).map(({ pattern, kind }) =>
    kind === "file"
      ? `    ${pattern}) COMPREPLY=( $(compgen -f -- "$cur") ); return ;;`
      : `    ${pattern}) words="${listCommand(kind) ?? ""}" ;;`
  );
  return `# Completion of ctdb: source <(ctdb completion bash)
_ctdb() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local words="" command="" operand=0 i
  COMPREPLY=()
  case "$previous" in
    -n|--node) COMPREPLY=( $(compgen -W "${list("nodes")}" -- "$cur") ); return ;;
    -d|--debug) COMPREPLY=( $(compgen -W "ERROR WARNING NOTICE INFO DEBUG" -- "$cur") ); return ;;
    --socket) COMPREPLY=( $(compgen -f -- "$cur") ); return ;;
    -t|-T|-x|--timelimit|--maxruntime|--separator) return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=( $(compgen -W "${[...FLAGS, ...VALUED].join(" ")}" -- "$cur") )
    return
  fi
  for (( i = 1; i < COMP_CWORD; i++ )); do
    case "\${COMP_WORDS[i]}" in
      ${VALUED.join("|")}) (( i++ )) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; else (( operand++ )); fi ;;
    esac
  done
  if [[ -z $command ]]; then
    words="${commandTable.map(({ name }) => name).join(" ")}"
  else
    case "$command:$(( operand + 1 ))" in
${cases.join("\n")}
    esac
  fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -F _ctdb ctdb
`;
}

function list(names: string): string {
  return `$(ctdb -t 1 completion-names ${names} 2>/dev/null)`;
}

function zshScript(): string {
  return `# Completion of ctdb: source <(ctdb completion zsh)
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bashScript()}`;
}

function fishScript(): string {
  const none = "not __fish_seen_subcommand_from " +
    commandTable.map(({ name }) => name).join(" ");
  const commandLines = commandTable.map(({ name, about }) =>
    `complete -c ctdb -f -n '${none}' -a '${name}' -d '${about.replaceAll("'", "\\'")}'`
  );
  const operandLines = commandTable.flatMap(({ name, kinds = [] }) =>
    kinds.map((kind) => fishOperand(name, kind))
  );
  return `# Completion of ctdb: ctdb completion fish | source
complete -c ctdb -f
complete -c ctdb -s n -l node -x -a '(ctdb -t 1 completion-names nodes 2>/dev/null)' -d 'node'
complete -c ctdb -s X -d 'rows for programs'
complete -c ctdb -l json -d 'one JSON document'
${[...commandLines, ...new Set(operandLines)].join("\n")}
`;
}

function fishOperand(command: string, kind: OperandKind): string {
  const seen = `complete -c ctdb -n '__fish_seen_subcommand_from ${command}'`;
  if (kind === "file") return `${seen} -F`;
  const names = (listCommand(kind) ?? "").replaceAll("$(", "(");
  return `${seen} -f -a '${names}'`;
}
