/**
 * The guide to a cluster with Samba, block by block as it is written: the package on three hosts with
 * systemd, and a client. `.ci/guides` does the same with the pages that take longer, and from nothing.
 */
import assert from "node:assert/strict";
import { buildPackage, packageTools } from "./support/package.ts";

Deno.test({
  name: "guides: the commands of docs/samba-cluster.md make a cluster with Samba of three machines",
  ignore: !packageTools.canBoot(),
  async fn() {
    await using built = await buildPackage();
    const { exit, stdout, stderr } = await packageTools.guide(built.path, "docs/samba-cluster.md");
    assert.equal(exit, 0, stdout + stderr);
    // As many as there are blocks for as many hosts: a page of which nothing is run would be well, too.
    assert.ok(stdout.match(/^PASS$/gm)!.length >= 20, stdout);
  },
});
