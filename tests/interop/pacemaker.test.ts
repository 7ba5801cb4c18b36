/** Pacemaker's own agent for CTDB, as its cluster manager calls it, on a node of ours (`contracts.md` C3). */
import assert from "node:assert/strict";
import { sambaCluster } from "./support/samba-cluster.ts";

const AGENT = "/usr/lib/ocf/resource.d/heartbeat/CTDB";

/**
 * What Pacemaker does with a node, each with the exit status of the agent: 7 is "not running". The lab has
 * started the daemon, and the agent finds it; then it is the agent's.
 */
const WORK = `
"$script" on 1 bash -c '
	export OCF_ROOT=/usr/lib/ocf OCF_RESOURCE_INSTANCE=ctdb OCF_RESOURCE_PROVIDER=heartbeat
	export HA_LOGFILE=/run/agent.log HA_RSCTMP=/run/agent OCF_RESKEY_CRM_meta_timeout=60000
	export OCF_RESKEY_ctdb_recovery_lock=$0 OCF_RESKEY_ctdb_logfile=/var/log/ctdb/log.ctdb
	export OCF_RESKEY_ctdb_rundir=/run/ctdb
	mkdir -p /run/agent
	for action in validate-all monitor stop monitor stop start monitor start stop monitor start; do
		${AGENT} $action >>/run/agent.out 2>&1
		echo "@ $action $?"
	done
	cat /run/agent.out /etc/ctdb/ctdb.conf
' "$BASE/shared/.ctdb/cluster.lock"
for i in $(seq 120); do "$script" on 0 ctdb nodestatus all >/dev/null && break; sleep 0.5; done
"$script" on 0 ctdb nodestatus all
echo "@ nodestatus $?"
`;

Deno.test({
  name: "Pacemaker's agent starts, watches and stops a node (needs root, Samba, resource-agents)",
  ignore: !sambaCluster.available(AGENT, "pkill"),
  async fn() {
    const { output } = await sambaCluster.run(WORK);
    const said = [...output.matchAll(/^@ (.*)$/gm)].map(([, line]) => line);
    assert.deepEqual(said, [
      "validate-all 0",
      "monitor 0",
      "stop 0",
      "monitor 7",
      "stop 0",
      "start 0",
      "monitor 0",
      "start 0",
      "stop 0",
      "monitor 7",
      "start 0",
      "nodestatus 0",
    ], output);
    // What the agent has written was the daemon's configuration.
    assert.match(output, /^\s*recovery lock = .*cluster\.lock$/m);
  },
});
