import type { ClusterOptions } from "./cluster-options.ts";

/** One node's place in the cluster. */
export interface NodePlace {
  readonly pnn: number;
  readonly base: string;
  readonly address: string;
  /** Of all nodes, in the order of their numbers. */
  readonly addresses: readonly string[];
  /** The cluster lock that the nodes share. */
  readonly lock: string;
}

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>;

const DIRECTORIES = [
  "run",
  "var",
  "share/events/legacy",
  "events/legacy",
  "db/volatile",
  "db/persistent",
  "db/state",
];
/** The C daemon of Debian's package keeps its bind lock here even in test mode. */
const BUILT_IN_RUN_DIRECTORY = "/run/ctdb";

/** Lays out a node's directory as `CTDB_BASE` of test mode (`cluster.md` 1.2). */
export function writeNodeDirectory(place: NodePlace, options: ClusterOptions): void {
  const { base } = place;
  for (const name of DIRECTORIES) Deno.mkdirSync(`${base}/${name}`, { recursive: true });
  if (options.nodes.some((kind) => kind.name === "debian")) {
    Deno.mkdirSync(BUILT_IN_RUN_DIRECTORY, { recursive: true });
  }
  Deno.writeTextFileSync(`${base}/nodes`, place.addresses.map((line) => `${line}\n`).join(""));
  Deno.writeTextFileSync(`${base}/ctdb.conf`, confText(defaultConf(place, options), options.conf));
  const tunables = Object.entries(options.tunables ?? {});
  Deno.writeTextFileSync(
    `${base}/ctdb.tunables`,
    tunables.map(([name, value]) => `${name}=${value}\n`).join(""),
  );
  const { files = {} } = options;
  const own = typeof files === "function" ? files(place.pnn) : files;
  for (const [path, text] of Object.entries(own)) writeFile(base, path, text);
}

function defaultConf({ base, address, lock }: NodePlace, options: ClusterOptions): Sections {
  return {
    logging: { location: `file:${base}/log.ctdb`, "log level": "NOTICE" },
    cluster: {
      "node address": address,
      ...(options.clusterLock === false ? {} : { "cluster lock": lock }),
    },
    database: {
      "volatile database directory": `${base}/db/volatile`,
      "persistent database directory": `${base}/db/persistent`,
      "state database directory": `${base}/db/state`,
    },
  };
}

function confText(defaults: Sections, changes: Sections = {}): string {
  const names = new Set([...Object.keys(defaults), ...Object.keys(changes)]);
  const sections = [...names].map((name) => {
    const values = { ...defaults[name], ...changes[name] };
    const lines = Object.entries(values).map(([option, value]) => `\t${option} = ${value}\n`);
    return `[${name}]\n${lines.join("")}`;
  });
  return sections.join("\n");
}

function writeFile(base: string, path: string, text: string): void {
  const file = `${base}/${path}`;
  Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(file, text);
  Deno.chmodSync(file, text.startsWith("#!") ? 0o755 : 0o644);
}
