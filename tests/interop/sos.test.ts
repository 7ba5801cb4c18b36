/** The report program `sos` of distributions, itself, on a node of ours (`contracts.md` C4). */
import assert from "node:assert/strict";
import { sambaCluster } from "./support/samba-cluster.ts";

/** Each file of the report, with a line in front; the plug-in is asked for by name as users would. */
const WORK = `
"$script" on 1 bash -c '
	mkdir /run/report && sos report --batch --only-plugins ctdb --tmp-dir /run/report >/run/log 2>&1 ||
		{ cat /run/log; exit 1; }
	cd /run/report && tar xf sosreport*.tar.xz
	for file in sosreport*/sos_commands/ctdb/* sosreport*/etc/ctdb/*; do
		echo "@@@ \${file#*/}"
		cat "$file"
	done'
`;

const EXPECTED: Readonly<Record<string, RegExp>> = {
  "sos_commands/ctdb/ctdb_ip": /^Public IPs on node 1\n(\S+ [012]\n){3}$/,
  "sos_commands/ctdb/ctdb_ping": /^response from 1 time=\S+ sec {2}\(\d+ clients\)\n$/,
  "sos_commands/ctdb/ctdb_status": /^pnn:1 \S+ +OK \(THIS NODE\)$/m,
  "sos_commands/ctdb/ctdb_ifaces": /^name:eth0 link:up references:\d$/m,
  "sos_commands/ctdb/ctdb_listnodes": /^(\S+\n){3}$/,
  "sos_commands/ctdb/ctdb_listvars": /^ControlTimeout +=/m,
  "sos_commands/ctdb/ctdb_statistics": /^ num_clients +\d+$/m,
  "sos_commands/ctdb/ctdb_getdbmap": /^dbid:0x\w+ name:secrets\.tdb .* PERSISTENT$/m,
  "sos_commands/ctdb/ctdb_event_script_list_legacy": /^\* 10\.interface$/m,
  "etc/ctdb/ctdb.conf": /^\[cluster\]$/m,
  "etc/ctdb/nodes": /^(\S+\n){3}$/,
  "etc/ctdb/public_addresses": /^(\S+\/24 eth0\n){3}$/,
  "etc/ctdb/script.options": /^CTDB_SERVICE_SMB=/m,
};

Deno.test({
  name: "sos report collects everything it wants of a node (needs root, Samba, sos)",
  ignore: !sambaCluster.available("sos"),
  async fn() {
    const { output, exit } = await sambaCluster.run(WORK);
    assert.equal(exit, 0, output);
    const parts = new Map(
      output.split(/^@@@ /m).slice(1).map((part) => {
        const end = part.indexOf("\n");
        return [part.slice(0, end), part.slice(end + 1)] as const;
      }),
    );
    for (const [name, pattern] of Object.entries(EXPECTED)) {
      assert.match(parts.get(name) ?? `missing, of ${[...parts.keys()].join(" ")}`, pattern, name);
    }
  },
});
