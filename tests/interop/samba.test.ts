import assert from "node:assert/strict";
import { type LabSettings, sambaCluster } from "./support/samba-cluster.ts";

/**
 * What takes seconds. `CTDB_SAMBA_CHECKS=.` runs all, which takes ten minutes each; another expression
 * runs the checks that it matches.
 */
const asked = Deno.env.get("CTDB_SAMBA_CHECKS");
const QUICK = "^(cluster_ok|public_ips|onnode|smbclient_.*|wrong_password|passdb|sid|registry.*|" +
  "fsync_file|sharemode|delete_pending|notify|smbstatus|messaging|reload|winbind|sid_map|" +
  "clean_stop|brlock_smb2|deny|locktest|freeze_persistent|release_ip|moveip)$";
/** What goes through nodes of both kinds. */
const ACROSS = "^(cluster_ok|public_ips|passdb|sid|registry_race|fsync_file|sharemode|" +
  "delete_pending|notify|smbstatus|messaging|brlock_smb2|locktest|freeze_persistent|moveip)$";

test("unmodified Samba works on three of our nodes", QUICK, {});
test("Samba on a node of Debian's and two of ours, started by the event scripts", ACROSS, {
  KINDS: "c ours ours",
  MANAGE: "ctdb",
});

function test(name: string, quick: string, settings: LabSettings): void {
  Deno.test({
    name: `${name} (needs root, Samba and its test suite)`,
    ignore: !sambaCluster.available(),
    async fn(t) {
      const { checks, output, exit } = await sambaCluster.check(asked ?? quick, settings);
      assert.notEqual(checks.length, 0, output);
      for (const { name, verdict, text } of checks) {
        await t.step({
          name,
          ignore: verdict === "SKIP",
          fn: () => assert.equal(verdict, "PASS", text),
        });
      }
      assert.equal(exit, 0, output);
    },
  });
}
