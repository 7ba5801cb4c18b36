/** The documents that Samba's own `ctdb` prints from 4.25 on (next.md 7), byte for byte. */
import assert from "node:assert/strict";
import { main as ctdb } from "../../../cli/ctdb.ts";
import { Capability, NodeFlag, RunState, UNKNOWN_PNN } from "../../../lib/wire/mod.ts";
import { type ProgramResult, runProgram } from "../../../testing/process/program-io.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import {
  type FakeState,
  healthyState,
  withFault,
} from "../../../testing/fake-daemon/fake-state.ts";

type Run = (...args: string[]) => Promise<ProgramResult>;

async function withState(state: FakeState, work: (run: Run) => Promise<void>): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-upstream-json-" });
  const env = { CTDB_TEST_MODE: "yes", CTDB_BASE: base };
  try {
    await using _daemon = await FakeDaemon.start(base, state);
    await work((...args) => runProgram(ctdb, args, { env }));
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const NAMES = [
  "disconnected",
  "unknown",
  "disabled",
  "banned",
  "unhealthy",
  "deleted",
  "stopped",
  "inactive",
];

interface Row {
  readonly pnn: number;
  readonly address: string;
  readonly raw: number;
  readonly set: readonly string[];
  readonly partial?: true;
  readonly here?: true;
}

/** The lines of one node, written as the specification shows them and not by any JSON library. */
function nodeLines({ pnn, address, raw, set, partial, here }: Row): string {
  const flags = NAMES.map((name) => `          "${name}": ${set.includes(name)}`).join(",\n");
  return `      "${pnn}": {
        "pnn": ${pnn},
        "address": "${address}",
        "partially_online": ${partial ?? false},
        "flags_raw": ${raw},
        "flags_ok": ${raw === 0},
        "flags": {
${flags}
        },
        "this_node": ${here ?? false}
      }`;
}

interface Expected {
  readonly count: number;
  readonly deleted?: number;
  readonly rows: readonly Row[];
  readonly generation: string;
  readonly lmasters: readonly number[];
  readonly mode: string;
  readonly leader: number;
}

function documentOf(expected: Expected): string {
  const { count, deleted = 0, rows, generation, lmasters, mode, leader } = expected;
  const hashes = lmasters.map((lmaster, hash) =>
    `      {
        "hash": ${hash},
        "lmaster": ${lmaster}
      }`
  );
  const map = hashes.length === 0 ? "[]" : `[\n${hashes.join(",\n")}\n    ]`;
  return `{
  "node_status": {
    "node_count": ${count},
    "deleted_node_count": ${deleted},
    "nodes": {
${rows.map(nodeLines).join(",\n")}
    }
  },
  "vnn_status": {
    "generation": ${generation},
    "size": ${lmasters.length},
    "vnn_map": ${map}
  },
  "recovery_mode": "${mode}",
  "recovery_mode_raw": ${mode === "NORMAL" ? 0 : 1},
  "leader": ${leader}
}`;
}

function cluster(addresses: readonly string[], flags: Readonly<Record<number, number>>): FakeState {
  const nodes = addresses.map((address, pnn) => ({ address, flags: flags[pnn] ?? 0 }));
  const interfaces = [{ name: "eth0", linkUp: true, references: 1 }];
  return { ...healthyState(), nodes, interfaces };
}

const V4 = ["10.77.0.1", "10.77.0.2", "10.77.0.3"];
const V6 = ["fd00:77::1", "fd00:77::2", "fd00:77::3", "fd00:77::4"];

Deno.test("status: a banned node that is not in the map", async () => {
  const state = cluster(V4, { 1: NodeFlag.BANNED });
  Object.assign(state, { generation: 1204518731, vnnMap: [0, 2], leader: 2 });
  const expected = documentOf({
    count: 3,
    rows: [
      { pnn: 0, address: V4[0]!, raw: 0, set: [], here: true },
      { pnn: 1, address: V4[1]!, raw: 8, set: ["banned", "inactive"] },
      { pnn: 2, address: V4[2]!, raw: 0, set: [] },
    ],
    generation: "1204518731",
    lmasters: [0, 2],
    mode: "NORMAL",
    leader: 2,
  });
  await withState(state, async (run) => {
    for (const args of [["status", "--json"], ["-j", "status"], ["status", "-j", "-x", ";"]]) {
      assert.deepEqual(await run(...args), { stdout: expected, stderr: "", exit: 0 });
    }
  });
});

Deno.test("status: before the first recovery, and without a leader", async () => {
  const state = { ...cluster(V4, { 0: 2, 1: 3, 2: 2 }), runState: RunState.FIRST_RECOVERY };
  Object.assign(state, { generation: 1, recoveryMode: 1, leader: UNKNOWN_PNN, vnnMap: [0, 1, 2] });
  const expected = documentOf({
    count: 3,
    rows: [
      { pnn: 0, address: V4[0]!, raw: 2, set: ["unhealthy"], here: true },
      { pnn: 1, address: V4[1]!, raw: 3, set: ["disconnected", "unhealthy", "inactive"] },
      { pnn: 2, address: V4[2]!, raw: 64, set: ["unknown"] },
    ],
    generation: "null",
    lmasters: [0, 1, 2],
    mode: "RECOVERY",
    leader: 4294967295,
  });
  await withState(state, async (run) => {
    const { stdout, exit } = await run("-t", "1", "status", "--json");
    assert.deepEqual([stdout, exit], [expected, 0]);
  });
});

Deno.test("status: deleted nodes are counted only, IPv6 has no brackets, links may be down", async () => {
  const state = cluster(V6, { 1: NodeFlag.DELETED | 1, 2: NodeFlag.STOPPED, 3: 4 });
  state.interfaces = [{ name: "eth0", linkUp: false, references: 1 }];
  Object.assign(state, { generation: 77120094, vnnMap: [] });
  const expected = documentOf({
    count: 4,
    deleted: 1,
    rows: [
      { pnn: 0, address: V6[0]!, raw: 0, set: [], partial: true, here: true },
      { pnn: 2, address: V6[2]!, raw: 0x20, set: ["stopped", "inactive"] },
      { pnn: 3, address: V6[3]!, raw: 4, set: ["disabled"] },
    ],
    generation: "77120094",
    lmasters: [],
    mode: "NORMAL",
    leader: 0,
  });
  await withState(state, async (run) => {
    assert.deepEqual(await run("status", "-j"), { stdout: expected, stderr: "", exit: 0 });
  });
});

Deno.test("status: what keeps a cluster from rest stands beside Samba's document", async () => {
  const state = cluster(V4, {});
  let well = "";
  await withState(state, async (run) => void (well = (await run("status", "-j")).stdout));
  assert.equal(JSON.parse(well).problems, undefined);
  await withState({ ...state, capabilities: Capability.RECMASTER }, async (run) => {
    const { stdout, exit } = await run("status", "-j");
    const { problems, ...document } = JSON.parse(stdout);
    assert.deepEqual(document, JSON.parse(well));
    assert.equal(exit, 0);
    assert.deepEqual(problems, [{
      severity: "warning",
      title: "No active node has the lmaster role: the leader has it for all records",
      detail: [],
      advice:
        "Give it back with `ctdb setlmasterrole on -n NODE`, or `[legacy] lmaster capability`.",
    }]);
  });
});

Deno.test("nothing but the document goes to standard output", async () => {
  await withState(withFault("GET_RUNSTATE"), async (run) => {
    const { stdout, stderr, exit } = await run("status", "--json");
    assert.deepEqual([stdout, exit], ["", 1]);
    assert.match(stderr, /Unable to get runstate\n$/);
  });
});

Deno.test("version: what the human form prints", async () => {
  const version = (await runProgram(ctdb, ["version"])).stdout.trim();
  const expected = { stdout: `{\n  "version": "${version}"\n}`, stderr: "", exit: 0 };
  for (const option of ["-j", "--json"]) {
    assert.deepEqual(await runProgram(ctdb, ["version", option]), expected);
  }
});

Deno.test("options that exclude each other, in the order in which they are looked at", async () => {
  const conflict = "--json and -Y options are mutually exclusive\n";
  const cases: [env: Record<string, string>, args: string[], stderr: string][] = [
    [{}, ["-j", "-Y", "status"], conflict],
    [{}, ["-X", "--json", "status"], conflict],
    [{}, ["-Yj"], conflict],
    [{}, ["-jX", "nosuch"], conflict],
    [{ CTDB_TIMEOUT: "x" }, ["-jX", "nosuch"], "Invalid value CTDB_TIMEOUT\n"],
    [{}, ["-j", "nosuch"], "Unknown command 'nosuch'\n"],
    [{}, ["-j", "setvar"], "--json not supported by the setvar subcommand\n"],
  ];
  for (const [env, args, stderr] of cases) {
    assert.deepEqual(await runProgram(ctdb, args, { env }), { stdout: "", stderr, exit: 1 });
  }
});
