import assert from "node:assert/strict";
import { realServiceTest } from "./support/real-services.ts";
import { network, standIns } from "./support/stand-ins.ts";

// Our scripts below the real daemon of Debian's package (4.17), with its real tool and helpers.

const programs = ["/usr/sbin/ctdbd", "/usr/bin/ctdb", "/usr/libexec/ctdb/ctdb_killtcp"];
const scripts = ["00.ctdb", "01.reclock", "05.system", "10.interface", "95.database"];

const configuration = `
[logging]
	location = file:$CASE/log
[cluster]
	recovery lock = $CASE/cluster/lock
[database]
	volatile database directory = $CASE/db/volatile
	persistent database directory = $CASE/db/persistent
	state database directory = $CASE/db/state
[legacy]
	realtime scheduling = false`;

/** In test mode the daemon finds its files in CTDB_BASE. */
const startDaemon = `
mkdir -p "$CASE/etc/run" "$CASE/etc/var" "$CASE/etc/share"
mkdir -p "$CASE/db/volatile" "$CASE/db/persistent" "$CASE/db/state"
cat >"$CASE/etc/ctdb.conf" <<END
${configuration}
END
export CTDB_TEST_MODE=1 CTDB_SOCKET="$CASE/etc/run/ctdbd.socket"
unset CTDB_LOGGING
ctdbd || exit 1
`;

const changes = {
  // One lock file of 4.17 is not below CTDB_BASE.
  setup: `${network} ip addr flush dev e0; mkdir /run/ctdb`,
  etc: {
    nodes: "127.0.0.1\n",
    public_addresses: "10.0.0.9/24 e0\n",
    "ctdb.tunables": "MonitorInterval=1\n",
  },
  options: ["CTDB_MONITOR_FILESYSTEM_USAGE=/:101", "CTDB_MONITOR_MEMORY_USAGE=101"],
  env: { CTDB: "/usr/bin/ctdb", CTDB_HELPER_BINDIR: "/usr/libexec/ctdb" },
  without: standIns,
};

await realServiceTest(
  "Debian's ctdbd moves an address with our scripts",
  programs,
  changes,
  async (drive) => {
    const run = await drive(
      scripts,
      `${startDaemon}
hosted() { [ -n "$(ip -o addr show dev e0 to 10.0.0.9)" ]; }
left() { ! hosted; }
state() { ctdb nodestatus | grep -q "$1"; }
wait_until state OK && echo "seen: healthy"
wait_until hosted && echo "seen: hosted"
wait_until grep -qx 10.0.0.9 "$CTDB_SCRIPT_VARDIR/my-public-ip-addresses" && echo "seen: listed"
ip link set e0p down
wait_until state UNHEALTHY && echo "seen: unhealthy"
wait_until left && echo "seen: released"
ip link set e0p up
wait_until state OK && echo "seen: healthy"
wait_until hosted && echo "seen: hosted"
[ -d "$CASE/cluster" ] && echo "seen: lock directory"
ctdb shutdown
wait_until left && echo "seen: dropped"
wait_until gone ctdbd
iptables -S INPUT`,
    );
    const log = run.log;
    assert.deepEqual(run.output.split("\n").filter((line) => /^(seen|never)/.test(line)), [
      "seen: healthy",
      "seen: hosted",
      "seen: listed",
      "seen: unhealthy",
      "seen: released",
      "seen: healthy",
      "seen: hosted",
      "seen: lock directory",
      "seen: dropped",
    ], run.output + log);
    assert.match(log, /10\.interface: ERROR: no link on public interface: e0/);
    // No rule of a release is left.
    assert.doesNotMatch(run.output, /DROP/);
  },
);
