import { exists, type Run, Sandbox, sandboxMissing, type Scenario } from "./sandbox.ts";
import { registerTest } from "./scenario-test.ts";
import { defaultAnswers, standIns } from "./stand-ins.ts";

/** Only the cluster is a stand-in; a port is free if it can be bound, as `ctdb` finds out. */
const ctdb = `
case "$1" in
checktcpport)
	python3 -c 'import socket, sys
try:
    socket.socket().bind(("", int(sys.argv[1])))
except OSError as error:
    sys.exit(error.errno)' "$2"
	exit $? ;;
esac
${defaultAnswers.ctdb}`;

/** Directories that services write to, empty and private. */
const privateDirectories = `
for directory in /run /var/log; do
	mount -t tmpfs none $directory || exit 1
done
mkdir -p /run/lock`;

/** Shell for the driving script: raise events, wait for a state, say what happened. */
const driver = `
event() {
	"$CASE/etc/events/legacy/$1.script" "$2" $3 $4 $5
	echo "$1 $2: $?"
}
wait_until() {
	turns=150
	until "$@" >/dev/null 2>&1; do
		turns=$((turns - 1))
		if [ "$turns" -eq 0 ]; then
			echo "never: $*"
			return 1
		fi
		sleep 0.1
	done
}
listening() { [ -n "$(ss -Hltn "sport = :$1")" ]; }
silent() { ! listening "$1"; }
gone() { ! pidof "$1"; }
`;

/** A test with a real service, skipped where its programs are missing. */
export async function realServiceTest(
  name: string,
  programs: readonly string[],
  scenario: Scenario,
  body: (drive: (scripts: readonly string[], shell: string) => Promise<Run>) => Promise<void>,
): Promise<void> {
  const missing = sandboxMissing !== "" ? sandboxMissing : await missingPrograms(programs);
  registerTest(name, missing, async () => {
    await using sandbox = await Sandbox.open({
      ...scenario,
      setup: `${privateDirectories}\n${scenario.setup ?? ""}`,
      answers: { ctdb, ...scenario.answers },
      without: standIns.filter((name) =>
        !(/^ctdb/.test(name) || name in (scenario.answers ?? {})) ||
        scenario.without?.includes(name)
      ),
    });
    await body(async (scripts, shell) => {
      for (const script of scripts) await sandbox.enable(script);
      await sandbox.write("drive", driver + shell);
      return await sandbox.run("sh", `${sandbox.directory}/drive`);
    });
  });
}

async function missingPrograms(programs: readonly string[]): Promise<string> {
  for (const program of programs) {
    if (!await exists(program)) return `${program} is not installed`;
  }
  return "";
}
