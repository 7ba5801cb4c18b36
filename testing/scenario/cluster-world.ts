import { main as ctdb } from "../../cli/ctdb.ts";
import type { IsolatedCluster } from "../cluster/isolated-cluster.ts";
import { runProgram } from "../process/program-io.ts";
import { runBinary } from "../process/run-binary.ts";
import { clusterInstructions } from "./cluster-instructions.ts";
import type { CommandLine } from "./command-line.ts";
import { obeyFileInstruction } from "./file-instructions.ts";
import type { Places } from "./placeholders.ts";
import type { World } from "./player.ts";
import type { StepResult } from "./result-lines.ts";

/** What commands in a {@link ClusterWorld} are run with. */
export interface ClusterWorldOptions {
  /** Added to the environment of each command. */
  readonly env?: Readonly<Record<string, string>>;
  readonly filters?: World["filters"];
}

/**
 * The world of scenarios about a whole cluster of daemons. `cluster-instructions.ts` has what can be
 * done to it. `<WORK>` is a scratch directory, where commands run.
 */
export class ClusterWorld implements World {
  readonly places: Places;
  readonly filters: NonNullable<World["filters"]>;
  readonly #isolated: IsolatedCluster;
  readonly #env: Readonly<Record<string, string>>;

  constructor(isolated: IsolatedCluster, options: ClusterWorldOptions = {}) {
    const BASE = isolated.cluster.directory;
    this.places = { BASE, WORK: `${BASE}/work`, PREFIX: `${BASE}/prefix`, PID: String(Deno.pid) };
    Deno.mkdirSync(this.places.WORK!, { recursive: true });
    this.filters = options.filters ?? {};
    this.#isolated = isolated;
    this.#env = options.env ?? {};
  }

  /** `netns` before the tool runs it in the network of the cluster. */
  run({ node, words, env }: CommandLine, input: string | undefined): Promise<StepResult> {
    const inNetwork = words[0] === "netns";
    const [program, ...args] = inNetwork ? words.slice(1) : words;
    if (program !== "ctdb") throw new Error(`Run a program of a scenario: ${program}`);
    const { cluster, under } = this.#isolated;
    const setup = {
      program,
      env: { ...cluster.node(node).env, ...this.#env, ...env },
      cwd: this.places.WORK!,
      ...(input === undefined ? {} : { stdin: input }),
    };
    if (inNetwork) return runBinary(args, { ...setup, under });
    return runProgram(ctdb, args, setup);
  }

  async obey(word: string, rest: string, input: string | undefined): Promise<string | void> {
    if (obeyFileInstruction(word, rest, input)) return;
    const instruction = clusterInstructions[word];
    if (instruction === undefined) throw new Error(`Read an instruction: ${word} ${rest}`);
    await instruction(this.#isolated, rest === "" ? [] : rest.split(" "), input);
    this.#isolated.leaveAlone();
  }
}
