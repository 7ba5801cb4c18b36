/** The short way of `ctdb pnn` and `ctdb nodestatus`: the same answers, and nothing loaded for more. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { runQuickly } from "../../../cli/ctdb/quick/quick.ts";
import { runWholeTool } from "../../../cli/ctdb/whole-tool.ts";
import type { ProgramIo, ProgramMain } from "../../../cli/io.ts";
import { RunState } from "../../../lib/wire/mod.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import {
  type FakeState,
  healthyState,
  withFault,
  withFlags,
} from "../../../testing/fake-daemon/fake-state.ts";
import { runProgram } from "../../../testing/process/program-io.ts";
import { runCommand } from "../../../testing/process/command.ts";

/** Bytes of source that `ctdb pnn` may load: each kilobyte costs 50 us of its 3 ms. */
const MOST_LOADED_BYTES = 64 * 1024;

type Env = Record<string, string>;

async function withDaemon(
  work: (env: Env, base: string, daemon: FakeDaemon) => Promise<void>,
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-quick-" });
  try {
    await using daemon = await FakeDaemon.start(base, healthyState());
    await work({ CTDB_TEST_MODE: "yes", CTDB_BASE: base }, base, daemon);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const NOT_ANSWERED = 1000;
const quickOnly: ProgramMain = async (args, io) => await runQuickly(args, io) ?? NOT_ANSWERED;

/** Whether the short way answers at all; what it prints must be what the whole tool prints. */
async function isQuick(args: string[], env: Env): Promise<boolean> {
  const quick = await runProgram(quickOnly, args, { env });
  const whole = await runProgram(runWholeTool, args, { env });
  assert.deepEqual(await runProgram(ctdb, args, { env }), whole);
  if (quick.exit === NOT_ANSWERED) {
    assert.deepEqual([quick.stdout, quick.stderr], ["", ""]);
    return false;
  }
  assert.deepEqual(quick, whole);
  return true;
}

const eth2Down: FakeState = {
  ...healthyState(),
  interfaces: [
    { name: "eth2", linkUp: false, references: 2 },
    { name: "eth1", linkUp: true, references: 4 },
  ],
};

Deno.test("pnn and nodestatus are answered the short way, as the whole tool answers them", async () => {
  await withDaemon(async (env, base, daemon) => {
    for (
      const state of [healthyState(), withFlags({ 0: 2, 1: 8 }), withFlags({ 0: 4 }), eth2Down]
    ) {
      daemon.state = state;
      assert.ok(await isQuick(["pnn"], env));
      assert.ok(await isQuick(["nodestatus"], env));
    }
    for (
      const conf of [
        "# nothing\n\n  ; here\n",
        "[cluster]\n  cluster lock = /x/y\n[logging]\n  log level = NOTICE\n  location = file:/x\n",
      ]
    ) {
      await Deno.writeTextFile(`${base}/ctdb.conf`, conf);
      assert.ok(await isQuick(["nodestatus"], env), conf);
    }
  });
});

Deno.test("what is out of the ordinary is left to the whole tool", async () => {
  await withDaemon(async (env, base, daemon) => {
    for (
      const args of [["pnn", "x"], ["-n", "1", "nodestatus"], ["nodestatus", "all"], ["ping"], []]
    ) {
      assert.equal(
        await runProgram(quickOnly, args, { env }).then(({ exit }) => exit),
        NOT_ANSWERED,
      );
    }
    assert.equal(await isQuick(["pnn"], { ...env, CTDB_TIMEOUT: "x" }), false);
    for (
      const state of [
        withFlags({ 0: 8 }),
        { ...withFlags({ 0: 2 }), runState: RunState.FIRST_RECOVERY },
        withFault("GET_IFACES", 0),
        withFault("GET_NODEMAP", 0),
      ]
    ) {
      daemon.state = state;
      assert.equal(await isQuick(["nodestatus"], env), false);
    }
    daemon.state = healthyState();
    for (
      const conf of [
        "[cluster]\n node address = foo\n",
        "[cluster]\n foo = bar\n",
        "[cluster\n",
        "no section\n",
        "[logging]\n location = somewhere\n",
      ]
    ) {
      await Deno.writeTextFile(`${base}/ctdb.conf`, conf);
      assert.equal(await isQuick(["pnn"], env), false, conf);
    }
    await Deno.writeFile(`${base}/ctdb.conf`, new Uint8Array([0x23, 0xff, 0x0a]));
    assert.equal(await isQuick(["pnn"], env), false);
    await Deno.remove(`${base}/ctdb.conf`);
    const terminal: ProgramMain = (args, io) => quickOnly(args, onTerminal(io));
    assert.equal((await runProgram(terminal, ["pnn"], { env })).exit, NOT_ANSWERED);
    await Deno.remove(`${base}/run/ctdbd.socket`);
    assert.equal(await isQuick(["pnn"], env), false);
  });
});

function onTerminal(io: ProgramIo): ProgramIo {
  return { ...io, isTerminal: () => true };
}

Deno.test("a daemon that does not answer at once is waited for by the whole tool", async () => {
  await withDaemon(async (env, _base, daemon) => {
    daemon.state = withFault("GET_RUNSTATE", 0, "silent");
    assert.equal((await runProgram(quickOnly, ["nodestatus"], { env })).exit, NOT_ANSWERED);
  });
});

interface Module {
  readonly specifier: string;
  readonly size?: number;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

Deno.test("the short way loads next to nothing", async () => {
  const root = new URL("../../../", import.meta.url);
  const { stdout } = await runCommand([Deno.execPath(), "info", "--json", "cli/ctdb.ts"], {
    cwd: root.pathname,
  });
  const graph = JSON.parse(stdout);
  const modules = new Map((graph.modules as Module[]).map((one) => [one.specifier, one] as const));
  const loaded = new Set<string>([graph.roots[0]]);
  for (const specifier of loaded) {
    for (const { code, isDynamic } of modules.get(specifier)?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) loaded.add(code.specifier);
    }
  }
  const sizes = [...loaded].map((one) => [modules.get(one)?.size ?? 0, one] as const);
  const total = sizes.reduce((sum, [size]) => sum + size, 0);
  const list = sizes.sort((a, b) => b[0] - a[0]).map(([size, one]) => `${size} ${one}`).join("\n");
  assert.ok(total <= MOST_LOADED_BYTES, `${total} bytes:\n${list}`);
  assert.ok(total > 10_000, list);
  assert.ok([...loaded].every((one) => !one.startsWith("node:") && !one.startsWith("npm:")), list);
});
