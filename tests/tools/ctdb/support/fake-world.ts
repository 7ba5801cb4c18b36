/**
 * The world of scenarios about one command: a daemon that answers from a state.
 *
 *     state {"leader": 2}            that of a cluster that is well but for this
 *     state rich {}                  one with addresses, databases and all
 *     flags 1=2 2=0x20               bits of the flags of nodes
 *     fault GET_PID 1 silent         a control that a node, or `all`, does not answer, or with `error`
 *     address 1 0.0.0.0              where a node is
 *     database 0x7a19d84d name.tdb   one that is attached
 *     files 10.0.0.1 10.0.0.2        the nodes files of all nodes, the local one among them
 *     file 1 10.0.0.1                what node 1 says of its nodes file; `none`: it cannot read it
 *     local none                     the local nodes file alone
 *
 * @module
 */
import { main as ctdb } from "../../../../cli/ctdb.ts";
import { FakeDaemon } from "../../../../testing/fake-daemon/fake-daemon.ts";
import {
  type FakeState,
  healthyState,
  richState,
} from "../../../../testing/fake-daemon/fake-state.ts";
import { runProgram } from "../../../../testing/process/program-io.ts";
import type { CommandLine, Places, StepResult, World } from "../../../../testing/scenario/mod.ts";
import { checkDocument } from "./json-documents.ts";

const NODES = ["192.168.20.41", "192.168.20.42", "192.168.20.43"];

type Instruction = (world: FakeWorld, rest: string) => unknown;

/** A {@link World} whose daemon is none. */
export class FakeWorld implements World, AsyncDisposable {
  readonly places: Places;
  readonly daemon: FakeDaemon;

  private constructor(base: string, daemon: FakeDaemon) {
    this.places = { BASE: base, WORK: base };
    this.daemon = daemon;
  }

  /** A cluster of three nodes that are well, seen from node 0. */
  static async start(): Promise<FakeWorld> {
    const base = await Deno.makeTempDir({ prefix: "ctdb-scenario-" });
    const world = new FakeWorld(base, await FakeDaemon.start(`${base}/node.0`, healthyState()));
    world.writeNodes(NODES);
    return world;
  }

  /** That of node 0. */
  get directory(): string {
    return `${this.places.BASE}/node.0`;
  }

  get state(): FakeState {
    return this.daemon.state;
  }

  /** Writes the nodes file of node 0; `null` removes it. */
  writeNodes(lines: readonly string[] | null): void {
    const path = `${this.directory}/nodes`;
    if (lines !== null) Deno.writeTextFileSync(path, lines.map((line) => `${line}\n`).join(""));
    else Deno.removeSync(path);
  }

  async run({ words, env }: CommandLine, input: string | undefined): Promise<StepResult> {
    const [program, ...args] = words;
    if (program !== "ctdb") throw new Error(`Run a program of a scenario: ${program}`);
    const result = await runProgram(ctdb, args, {
      program,
      env: {
        CTDB_TEST_MODE: "yes",
        CTDB_BASE: this.directory,
        CTDB_EVENT_HELPER: "/nonexistent/ctdb-event",
        ...env,
      },
      cwd: this.places.BASE!,
      ...(input === undefined ? {} : { stdin: input }),
    });
    await checkDocument(args, result.stdout);
    return result;
  }

  obey(word: string, rest: string): Promise<void> {
    const instruction = INSTRUCTIONS[word];
    if (instruction === undefined) throw new Error(`Read an instruction: ${word} ${rest}`);
    instruction(this, rest);
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
    await Deno.remove(this.places.BASE!, { recursive: true });
  }
}

const INSTRUCTIONS: Readonly<Record<string, Instruction>> = {
  state(world, rest) {
    const [, kind, values] = /^(?:(rich|healthy)\s*)?(\{.*\})?$/.exec(rest) ?? wrong("state", rest);
    const fresh = kind === "rich" ? richState() : healthyState();
    world.daemon.state = { ...fresh, ...JSON.parse(values ?? "{}") };
    world.writeNodes(NODES);
  },
  flags({ state }, rest) {
    for (const pair of rest.split(" ")) {
      const [pnn, flags] = pair.split("=").map(Number);
      const node = state.nodes[pnn!];
      if (node === undefined || !Number.isInteger(flags)) return wrong("flags", pair);
      node.flags = flags!;
    }
  },
  fault({ state }, rest) {
    const [control, pnn, how] = rest.split(" ");
    if (how !== "silent" && how !== "error") return wrong("fault", rest);
    const where = pnn === "all" ? {} : { pnn: Number(pnn) };
    state.faults.push({ control, ...where, how } as FakeState["faults"][number]);
  },
  address({ state }, rest) {
    const [pnn, address] = rest.split(" ");
    const node = state.nodes[Number(pnn)];
    if (node === undefined || address === undefined) return wrong("address", rest);
    node.address = address;
  },
  database({ state }, rest) {
    const [id, name] = rest.split(" ");
    if (name === undefined) return wrong("database", rest);
    state.databases.push({ id: Number(id), name, flags: 0, health: null, seqnum: 0n });
  },
  files(world, rest) {
    const lines = rest.split(" ");
    for (const pnn of world.state.nodes.keys()) world.state.nodesFiles.set(pnn, lines);
    world.writeNodes(lines);
  },
  file({ state }, rest) {
    const [pnn, ...lines] = rest.split(" ");
    if (state.nodes[Number(pnn)] === undefined) return wrong("file", rest);
    state.nodesFiles.set(Number(pnn), lines[0] === "none" ? null : lines);
  },
  local(world, rest) {
    world.writeNodes(rest === "none" ? null : rest.split(" "));
  },
};

function wrong(word: string, rest: string): never {
  throw new Error(`Read a setting of a scenario: ${word} ${rest}`);
}
