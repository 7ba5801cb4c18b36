/** What an old `/etc/default/ctdb` says is known to every program, not to the daemon alone (`cluster.md` 2.3). */
import assert from "node:assert/strict";
import { ours } from "../../../testing/cluster/cluster.ts";
import { runCommand, succeeds } from "../../../testing/process/command.ts";

/** Its arguments are the directory of the site and the command line of our programs. */
const WORK = `
site=$1; shift
mount -t tmpfs tmpfs "$site"
mkdir "$site/upper" "$site/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$site/upper,workdir=$site/work" /etc
rm -rf /etc/ctdb /etc/sysconfig/ctdb
mkdir -p /etc/ctdb /etc/default "$site/db"
printf '10.99.0.1\\n#10.99.0.2\\n10.99.0.3\\n' >"$site/nodes"
printf '192.0.2.1/32 lo\\n' >"$site/addresses"
printf 'CTDB_%s\\n' "NODES=$site/nodes" "PUBLIC_ADDRESSES=$site/addresses" "DBDIR=$site/db" \\
  "RECOVERY_LOCK=$site/lock" >/etc/default/ctdb
say() { echo "@ $*"; "$@" 2>&1; }
for conf in no yes; do
  [ "$conf" = no ] || : >/etc/ctdb/ctdb.conf
  say "$@" ctdb listnodes
  say "$@" ctdb-config list nodes
  say "$@" ctdb-config list public_addresses
  say "$@" ctdb-config get database "volatile database directory"
  say "$@" ctdb-config get cluster "cluster lock"
  ONNODE_SSH="echo :" say "$@" onnode -q all true
done | sed -e "s,$site,SITE,g" -e "s,^@ .*[ /]main\\.[jt]s,@,"
`;

const ANSWERS = `
@ ctdb listnodes
10.99.0.1
10.99.0.3
@ ctdb-config list nodes
0 10.99.0.1
2 10.99.0.3
@ ctdb-config list public_addresses
192.0.2.1 32 lo
@ ctdb-config get database volatile database directory
SITE/db
@ ctdb-config get cluster cluster lock
SITE/lock
@ onnode -q all true
: -n 10.99.0.1 true
: -n 10.99.0.3 true
`;

Deno.test({
  name: "old sysconfig file: the programs know what the daemon takes from it (needs root)",
  ignore: !succeeds(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]),
  async fn() {
    const site = await Deno.makeTempDir({ prefix: "ctdb-site-" });
    try {
      const programs = ours.tool.slice(0, -1);
      const command = ["unshare", "--mount", "sh", "-c", WORK, "site", site, ...programs];
      const { stdout, stderr } = await runCommand(command);
      const expected = ANSWERS.trimStart();
      assert.equal(stdout, expected + expected, stderr);
    } finally {
      await Deno.remove(site, { recursive: true });
    }
  },
});
