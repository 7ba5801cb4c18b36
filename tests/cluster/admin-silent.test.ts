/** A node that is connected and does not answer: what the others say is shown, and who is silent. */
import assert from "node:assert/strict";
import { OPERATIONS } from "../../lib/admin/api/operations.ts";
import { validatorOf } from "../../lib/admin/api/validate.ts";
import { Cluster, type ClusterNode, ours } from "../../testing/cluster/cluster.ts";
import { askAdmin } from "../support/admin-client.ts";

const ADDRESSES = ["192.168.78.1", "192.168.78.2", "192.168.78.3"];
/** What asks other nodes than the one that is asked. */
const ASKED_OF_ALL = [
  ...["cluster", "links", "databases", "addresses", "tunables", "findings", "safe-to-stop"],
  "digest",
];

interface Addresses {
  readonly addresses: readonly {
    readonly address: string;
    readonly node: number | null;
    readonly why: string;
  }[];
}

const socketOf = (node: ClusterNode) => `${node.base}/run/admin.socket`;

Deno.test("while a node is stopped by its kernel, documents tell what the others know", async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    // It stays connected for as long as anybody looks.
    tunables: { KeepaliveInterval: 60 },
    files: { "public_addresses": ADDRESSES.map((address) => `${address}/24 lo\n`).join("") },
  });
  const [first, , third] = cluster.nodes as readonly [ClusterNode, ClusterNode, ClusterNode];
  const ask = (path: string) => askAdmin(socketOf(first), path);
  const addresses = async () => JSON.parse((await ask("/v1/addresses")).text) as Addresses;
  await cluster.until("the API listens", () => ask("/livez").then(() => true));
  await cluster.until("all addresses are hosted", async () => {
    const { addresses: all } = await addresses();
    return all.length === ADDRESSES.length && all.every(({ node }) => node !== null);
  });
  const before = await addresses();
  const its = before.addresses.filter(({ node }) => node === third.pnn);
  assert.ok(its.length > 0, "it hosts something");

  const stopped_ms = Date.now();
  Deno.kill(third.pid, "SIGSTOP");
  try {
    await t.step("each document is there, and says who is silent and since when", async () => {
      for (const id of ASKED_OF_ALL) {
        const { response } = OPERATIONS.find((operation) => operation.id === id)!;
        await cluster.until(`${id} says so`, async () => {
          const { status, text } = await ask(`/v1/${id}`);
          assert.equal(status, 200, text);
          const document = JSON.parse(text);
          const { valid, errors } = validatorOf(response).validate(document);
          assert.ok(valid, `${id}: ${JSON.stringify(errors)} of ${text}`);
          const [silent, ...more] = document.silent;
          if (silent === undefined) return false;
          assert.deepEqual([silent.node, more], [third.pnn, []]);
          const since_ms = Date.parse(silent.since);
          assert.ok(since_ms >= stopped_ms - 5000 && since_ms <= Date.now(), silent.since);
          return true;
        });
      }
    });
    await t.step("its addresses are where the others last heard", async () => {
      const now = await addresses();
      const of = ({ addresses }: Addresses) =>
        addresses.map(({ address, node }) => [address, node]);
      assert.deepEqual(of(now), of(before));
      for (const { address, why } of now.addresses) {
        const silent = its.some((one) => one.address === address);
        assert.equal(why.startsWith("node 2 has it as the others last heard"), silent, why);
      }
      const { text } = await ask("/metrics");
      assert.match(text, /^ctdb_public_addresses_unassigned 0$/m);
    });
    await t.step("nobody is told that another may be stopped now", async () => {
      const verdict = await ask("/v1/safe-to-stop?node=1");
      assert.equal(verdict.at("ok"), false);
      assert.match(String(verdict.at("reason")), /node 2 does not answer/);
      const { exit, stdout } = await first.ctdb(["safe-to-stop"]);
      assert.notEqual(exit, 0);
      assert.match(stdout, /node 2 does not answer/);
    });
    await t.step("a setting that it has not told is no difference", async () => {
      assert.equal((await ask("/v1/digest")).at("same", "cluster_lock"), true);
    });
  } finally {
    Deno.kill(third.pid, "SIGCONT");
  }
  await t.step("when it goes on, nobody is silent any more", async () => {
    for (const id of ASKED_OF_ALL) {
      await cluster.until(`${id} says so`, async () => {
        const { text } = await ask(`/v1/${id}`);
        return JSON.parse(text).silent.length === 0;
      });
    }
    await cluster.until("all is as before", async () => {
      const now = await addresses();
      return JSON.stringify(now.addresses) === JSON.stringify(before.addresses);
    });
  });
});
