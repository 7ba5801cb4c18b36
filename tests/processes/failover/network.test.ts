import assert from "node:assert/strict";
import { type Lines, TwoMachines, unavailable } from "./two-machines.ts";

const skip = unavailable === undefined ? "" : ` (skipped: ${unavailable})`;

function networkTest(name: string, test: (machines: TwoMachines) => Promise<void>): void {
  Deno.test({
    name: name + skip,
    ignore: unavailable !== undefined,
    fn: async () => {
      await using machines = new TwoMachines();
      await test(machines);
    },
  });
}

/** Captures `count` packets at the client's end of the link; `--` before the filter. */
async function capture(machines: TwoMachines, count: number, filter: string): Promise<Lines> {
  const args = ["-i", "c0", "-n", "-e", "-v", "-l", "--immediate-mode", "-c", String(count)];
  const dump = machines.start("client", "tcpdump", [...args, ...filter.split(" ")]);
  await dump.until("listening on");
  return dump;
}

const actor = "network-actor.ts";

networkTest("an IPv4 address is announced by two frames that tcpdump understands", async (m) => {
  const dump = await capture(m, 2, "arp and host 10.99.0.77");
  const announced = await m.startModule("server", actor, "announce", "10.99.0.77", "s0").end();
  assert.deepEqual(announced.lines, ["announced 10.99.0.77"]);
  const text = (await dump.end()).lines.join("\n");
  assert.match(
    text,
    /> ff:ff:ff:ff:ff:ff.*length 42: .*Request who-has 10\.99\.0\.77 .*tell 10\.99/,
  );
  assert.match(text, /> ff:ff:ff:ff:ff:ff.*length 42: .*Reply 10\.99\.0\.77 is-at/);
});

networkTest("the announcement moves the address in the neighbour's ARP cache", async (m) => {
  const neigh = (...args: string[]) => m.start("client", "ip", ["neigh", ...args]).end();
  await neigh("add", "10.99.0.77", "lladdr", "02:00:00:00:00:99", "dev", "c0", "nud", "stale");
  const link = await m.start("server", "cat", ["/sys/class/net/s0/address"]).end();
  await m.startModule("server", actor, "announce", "10.99.0.77", "s0").end();
  const { lines } = await neigh("show", "10.99.0.77");
  assert.ok(lines.join().includes(link.lines[0]!), lines.join());
});

networkTest("an IPv6 address is announced by a neighbour advertisement", async (m) => {
  const dump = await capture(m, 1, "icmp6 and src fd99::77");
  await m.startModule("server", actor, "announce", "fd99::77", "s0").end();
  const text = (await dump.end()).lines.join("\n");
  assert.match(text, /> 33:33:00:00:00:01/);
  assert.match(text, /hlim 255/);
  assert.match(
    text,
    /fd99::77 > ff02::1: \[icmp6 sum ok\].*neighbor advertisement.*tgt is fd99::77/,
  );
  assert.match(text, /Flags \[override\]/);
  assert.match(text, /destination link-address option \(2\), length 8 \(1\)/);
});

networkTest("who cannot be told: silently nothing; no such interface: an error", async (m) => {
  const ip = (...args: string[]) => m.start("server", "ip", args).end();
  await ip("link", "add", "down0", "type", "veth", "peer", "name", "noarp0");
  await ip("link", "set", "noarp0", "up", "arp", "off");
  await ip("tuntap", "add", "dev", "tun0", "mode", "tun");
  const names = ["lo", "down0", "noarp0", "nope", "tun0", "x".repeat(200)];
  const args = names.flatMap((name) => ["10.99.0.77", name]);
  const { lines } = await m.startModule("server", actor, "announce", ...args).end();
  const said = lines.filter((line) => !line.startsWith("log: not announcing"));
  assert.deepEqual(said.slice(0, 3), new Array(3).fill("announced 10.99.0.77"));
  for (const [i, name] of names.slice(3).entries()) {
    assert.equal(said[3 + i], `error: announce 10.99.0.77 on interface ${name}: not found`);
  }
  assert.equal(lines.length - said.length, 3);
});

networkTest("an interface is found by an alternative name, short or long", async (m) => {
  const long = "the-interface-of-the-public-addresses";
  for (const name of ["public0", long]) {
    await m.start("server", "ip", ["link", "property", "add", "dev", "s0", "altname", name]).end();
    const dump = await capture(m, 2, "arp and host 10.99.0.77");
    const { lines } = await m.startModule("server", actor, "announce", "10.99.0.77", name).end();
    assert.deepEqual(lines, ["announced 10.99.0.77"]);
    assert.match((await dump.end()).lines.join("\n"), /Reply 10\.99\.0\.77 is-at/);
  }
  // As `ctdb addip` has it from the daemon, and `public_addresses` from the reader of the file.
  const names = ["s0", "public0", long, "nope"];
  const { lines } = await m.startModule("server", actor, "interfaces", ...names).end();
  assert.deepEqual(lines, [
    ...names.slice(0, 3).map((name) => `${name} s0 s0`),
    "nope undefined undefined",
  ]);
});

networkTest("without CAP_NET_RAW: one warning, no error", async (m) => {
  const deno = [Deno.execPath(), "run", "-A"];
  const module = new URL(actor, import.meta.url).pathname;
  const drop = ["--bounding-set=-net_raw", "--inh-caps=-net_raw"];
  const announce = ["announce", "10.99.0.77", "s0", "fd99::77", "s0"];
  const { lines } = await m.start("server", "setpriv", [...drop, ...deno, module, ...announce])
    .end();
  assert.match(lines[0]!, /^log: .*CAP_NET_RAW is missing/);
  assert.deepEqual(lines.slice(1), ["announced 10.99.0.77", "announced fd99::77"]);
});

for (const family of [4, 6]) {
  const [server, client] = family === 4
    ? ["10.99.0.1:445", "10.99.0.2:50000"]
    : ["[fd99::1]:445", "[fd99::2]:50000"];

  networkTest(`a tickle ACK over IPv${family}`, async (m) => {
    const dump = await capture(m, 1, "tcp and dst port 50000");
    await m.startModule("server", actor, "tickle", server, client).end();
    const text = (await dump.end()).lines.join("\n");
    assert.match(text, family === 4 ? /ttl 255/ : /hlim 64/);
    assert.match(text, /\.445 > [^ ]*\.50000: Flags \[\.\], cksum 0x[0-9a-f]{4} \(correct\)/);
    assert.match(text, /ack 0, win 1234, length 0/);
  });
}

networkTest("the variant with RST", async (m) => {
  const dump = await capture(m, 1, "tcp and dst port 50000");
  await m.startModule("server", actor, "tickle", "10.99.0.1:445", "10.99.0.2:50000", "reset").end();
  assert.match((await dump.end()).lines.join("\n"), /Flags \[R\.\]/);
});

networkTest("what is on an interface, and what is not", async (m) => {
  const wanted = ["10.99.0.1", "fd99::1", "127.0.0.1", "10.99.0.2", "fd99::2"];
  const { lines } = await m.startModule("server", actor, "addresses", ...wanted).end();
  const there = [true, true, true, false, false];
  assert.deepEqual(lines, wanted.map((address, i) => `${address} ${there[i]} ${there[i]}`));
});

for (const [family, host] of [[4, "10.99.0.1"], [6, "fd99::1"]] as const) {
  for (const both of [false, true]) {
    const ends = both ? "both ends" : "the server's end";
    networkTest(`ctdb_killtcp resets ${ends} over IPv${family}`, async (m) => {
      const server = m.startModule("server", actor, "serve", host, "3");
      await server.until("listening");
      const client = m.startModule("client", actor, "connect", host, "3");
      const ports = (await client.until("connected"))
        .flatMap((line) => line.match(/^port (\d+)$/)?.[1] ?? []);
      await server.until("accepted");
      const peer = family === 4 ? "10.99.0.2" : "[fd99::2]";
      const own = family === 4 ? host : `[${host}]`;
      const pairs = ports.slice(0, 2).flatMap((port) => {
        const pair = [`${peer}:${port}`, `${own}:445`];
        return both ? [pair, pair.toReversed()] : [pair];
      });
      const text = pairs.map((pair) => pair.join(" ")).join("\n");
      const killed = await m.startModule("server", "run-killtcp.ts", "s0", text).end();
      assert.deepEqual(killed, { code: 0, lines: [] });
      const resets = [await server.until("reset"), await server.until("reset")].flat().sort();
      assert.deepEqual(resets, ports.slice(0, 2).map((port) => `server ${port} reset`).sort());
      if (!both) return;
      const seen = [await client.until("reset"), await client.until("reset")].flat().sort();
      assert.deepEqual(seen, ports.slice(0, 2).map((port) => `client ${port} reset`).sort());
    });
  }
}
