/** An address is the same address however it is written. */
import assert from "node:assert/strict";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { waitFor } from "../../testing/process/wait.ts";

const FIRST = "fd00::1";
const SECOND = "fd00::2";
const FILE = `${FIRST}/64 lo\n${SECOND}/64 lo\n10.1.1.1/24 lo\n`;
const TWO_FAMILIES = /^Invalid connection .*: addresses of two families\n$/;
/** `tickle` stores nothing, and says what the C tool says. */
const TICKLE_FAILED = "Failed sendto (Address family not supported by protocol)\n" +
  "Failed to send tickle ack\n";

Deno.test("commands take IPv6 addresses in every spelling", async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours],
    files: { "public_addresses": FILE },
  });
  const node = cluster.node(0);
  const ctdb = (...args: string[]) => node.ctdb(args);
  const good = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exit } = await ctdb(...args);
    assert.equal(exit, 0, `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  const holderOf = async (address: string) =>
    (await good("-X", "ip")).match(new RegExp(`^\\|${address}\\|(-?\\d+)\\|`, "m"))?.[1];
  const tickles = async () =>
    (await good("-X", "gettickles", "FD00:0::0:1")).trim().split("\n").slice(1);

  await t.step("moveip", async () => {
    await waitFor("both have a home", async () => {
      return await holderOf(FIRST) !== "-1" && await holderOf(SECOND) !== "-1";
    });
    const target = await holderOf(FIRST) === "0" ? "1" : "0";
    await good("moveip", "FD00:0000:0:0::0001", target);
    assert.equal(await holderOf(FIRST), target);
  });

  await t.step("addtickle, and one tickle only for all spellings", async () => {
    for (const [client, server] of [["[fd00::9]", "[fd00::1]"], ["FD00:0::9", "fd00::0:0:1"]]) {
      await good("addtickle", `${client}:1000`, `${server}:445`);
    }
    assert.deepEqual(await tickles(), ["|fd00::9|1000|fd00::1|445|"]);
  });

  await t.step("deltickle", async () => {
    await good("deltickle", "[fd00:0:0:0::9]:1000", "[FD00::0001]:445");
    assert.deepEqual(await tickles(), []);
  });

  for (const command of ["tickle", "addtickle", "deltickle"]) {
    await t.step(`${command} refuses a connection of two families`, async () => {
      for (const ends of [["10.9.9.9:1000", "[fd00::1]:445"], ["[fd00::9]:1000", "10.1.1.1:445"]]) {
        const { stderr, exit } = await ctdb(command, ...ends);
        if (command === "tickle") assert.equal(stderr, TICKLE_FAILED);
        else assert.match(stderr, TWO_FAMILIES);
        assert.equal(exit, 1);
      }
      assert.deepEqual(await tickles(), []);
    });
  }

  await t.step("an IPv4 address as IPv6 writes it is an IPv4 address", async () => {
    await good("addtickle", "[::ffff:10.9.9.9]:1000", "::FFFF:10.1.1.1:445");
    assert.match(
      await good("-X", "gettickles", "10.1.1.1"),
      /^\|10\.9\.9\.9\|1000\|10\.1\.1\.1\|445\|$/m,
    );
  });

  await t.step("delip", async () => {
    for (const n of ["0", "1"]) await good("-n", n, "delip", "fd00:0:0::0:2");
    await good("ipreallocate");
    assert.doesNotMatch(await good("ip", "all"), /fd00::2/);
  });
});
