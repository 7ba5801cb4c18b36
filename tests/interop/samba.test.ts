import assert from "node:assert/strict";
import { sambaCluster } from "./support/samba-cluster.ts";

/**
 * What takes seconds. `CTDB_SAMBA_CHECKS=.` runs all, which takes ten minutes; another expression
 * runs the checks that it matches.
 */
const QUICK = "^(cluster_ok|public_ips|onnode|smbclient_.*|wrong_password|passdb|sid|registry.*|" +
  "fsync_file|sharemode|delete_pending|notify|smbstatus|messaging|reload|winbind|sid_map|" +
  "clean_stop|brlock_smb2|deny|locktest|freeze_persistent|release_ip|moveip)$";
const regex = Deno.env.get("CTDB_SAMBA_CHECKS") ?? QUICK;

Deno.test({
  name: "unmodified Samba works on three of our nodes (needs root, Samba and its test suite)",
  ignore: !sambaCluster.available(),
  async fn(t) {
    const { checks, output, exit } = await sambaCluster.check(regex);
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
