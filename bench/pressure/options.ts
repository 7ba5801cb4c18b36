import { numberOption, type TaskLine, type TaskOption, UsageError } from "../../tools/task.ts";
import { lines } from "./lines/mod.ts";
import type { Sizes } from "./line.ts";

/** What is run, how often, and how large. */
export interface PressureOptions {
  /** Names of lines. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly sizes: Sizes;
  /** Where a build of ours is installed; one is made for the measurement unless given. */
  readonly prefix: string | undefined;
  /** Ours from the source tree. */
  readonly tree: boolean;
  /** The table goes into the page about benchmarks, too. */
  readonly docs: boolean;
  /** The C daemon has as many addresses as ours, however long that takes. */
  readonly allAddresses: boolean;
  /** The cores of both have the priority of servers. */
  readonly realtime: boolean;
  /** Ours alone, without Debian's beside it. */
  readonly alone: boolean;
  /** Every result is written here, too, one JSON object per line. */
  readonly json: string | undefined;
}

/** As the issue asks for them. */
const FULL: Sizes = {
  heldRecords: 400,
  held_s: 12,
  stormOpens: 1000,
  storm_s: 20,
  deletedRecords: 100_000,
  floodMessages: 300_000,
  idleClients: 1000,
  sessions: 1000,
  smb_s: 10,
  cut_s: 12,
  records: 1_000_000,
  addresses: [150, 1000],
};

/** All of it in a few minutes. */
export const SHORT: Sizes = {
  heldRecords: 400,
  held_s: 2,
  stormOpens: 600,
  storm_s: 3,
  deletedRecords: 5000,
  floodMessages: 30_000,
  idleClients: 200,
  sessions: 100,
  smb_s: 2,
  cut_s: 3,
  records: 30_000,
  addresses: [12],
};

/** The command line of `deno task bench pressure`. */
export const PRESSURE_LINE = {
  name: "bench pressure",
  about:
    "Puts our daemon and Debian's under pressure in turn, and shows who has to wait, in one table.",
  options: {
    only: { type: "string", value: "A,B", help: "only these lines" },
    rounds: { type: "string", value: "N", default: "1", help: "how often each" },
    short: { type: "boolean", help: "small sizes: all in a few minutes" },
    records: { type: "string", value: "N", help: "records of the line million" },
    clients: { type: "string", value: "N", help: "clients of the line idle-clients" },
    addresses: { type: "string", value: "N,M", help: "public addresses of the lines of addresses" },
    prefix: { type: "string", value: "DIR", help: "measure what is installed there" },
    tree: { type: "boolean", help: "measure the source tree, not an installation of it" },
    alone: { type: "boolean", help: "ours alone" },
    realtime: { type: "boolean", help: "with realtime priority, as on servers (not addresses)" },
    docs: { type: "boolean", help: "put the table into docs/benchmarks.md" },
    json: { type: "string", value: "FILE", help: "append the results to FILE" },
  },
  more: `Lines: ${Object.keys(lines).join(" ")} addresses`,
} as const satisfies TaskLine<Readonly<Record<string, TaskOption>>>;

/** The name of the line that needs hosts of its own. */
export const ADDRESSES = "addresses";

type Values = Readonly<
  Partial<Record<keyof typeof PRESSURE_LINE.options, string | boolean | undefined>>
>;

/** The texts of the command line as a program uses them; throws a `UsageError` for a wrong one. */
export function pressureOptions(values: Values): PressureOptions {
  const text = (name: keyof Values) => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    only: lineNames(text("only")),
    rounds: numberOption("rounds", text("rounds") ?? "1", 1),
    sizes: sizes(values.short === true ? SHORT : FULL, text),
    prefix: text("prefix"),
    tree: values.tree === true,
    alone: values.alone === true,
    realtime: values.realtime === true,
    docs: values.docs === true,
    allAddresses: values.addresses !== undefined,
    json: text("json"),
  };
}

function sizes(usual: Sizes, text: (name: keyof Values) => string | undefined): Sizes {
  const number = (name: keyof Values, otherwise: number) => {
    const value = text(name);
    return value === undefined ? otherwise : numberOption(name, value, 1);
  };
  return {
    ...usual,
    records: number("records", usual.records),
    idleClients: number("clients", usual.idleClients),
    addresses: text("addresses")?.split(",").map((count) => numberOption(ADDRESSES, count, 3)) ??
      usual.addresses,
  };
}

/** The names in a list between commas; all without one. */
function lineNames(list: string | undefined): readonly string[] {
  const known = [...Object.keys(lines), ADDRESSES];
  const names = list?.split(",") ?? known;
  for (const name of names) {
    if (!known.includes(name)) throw new UsageError(`line: ${name}: there is none of this name`);
  }
  return names;
}
