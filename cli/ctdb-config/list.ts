import {
  type ConfigIo,
  type ConfigMessage,
  decodeFileText,
  parseIpLiteral,
  type Paths,
  readHomeNodes,
  readNodes,
  readPublicAddresses,
  type Settings,
  textLines,
  wordsOf,
} from "../../lib/config/mod.ts";

/** A file as its reader has understood it. */
export interface FileList {
  /** One line for each entry, words parted by single blanks. */
  readonly lines: readonly string[];
  /** What is wrong with lines that were left out. */
  readonly messages: readonly ConfigMessage[];
}

/** Reads one kind of file; throws `ConfigError` when it cannot be used. */
export type FileReader = (file: string, io: ConfigIo) => Promise<FileList>;

/** The kinds of files that event scripts, too, read through `ctdb-config list KIND [FILE]`. */
export const fileReaders: Readonly<Record<string, FileReader>> = {
  nodes: async (file, io) => {
    const nodes = (await readNodes(file, io)).filter(({ deleted }) => !deleted);
    return plain(nodes.map(({ pnn, address }) => `${pnn} ${address.address}`));
  },
  public_addresses: async (file, io) => {
    const addresses = await readPublicAddresses(file, io) ?? [];
    return plain(
      addresses.map(({ address, maskBits, interfaces }) =>
        `${address.address} ${maskBits} ${interfaces.join(",")}`
      ),
    );
  },
  home_nodes: async (file, io) => {
    const { homes, messages } = await readHomeNodes(file, io);
    return { lines: homes.map(({ address, pnn }) => `${address} ${pnn}`), messages };
  },
  // The members of a NAT gateway or LVS group; what the further words may be is the script's affair.
  group: async (file, io) => {
    const text = decodeFileText(await io.readFile(file) ?? new Uint8Array());
    return plain(
      textLines(text).map(wordsOf).filter((words) => words.length > 0).map(
        ([word, ...others]) => [parseIpLiteral(word!)?.address ?? word, ...others].join(" "),
      ),
    );
  },
};

/** Where a kind of file is unless a name is given; nodes can come from a command, which `!` begins. */
export function usualFile(kind: string, paths: Paths, settings: Settings): string | undefined {
  if (kind === "nodes") return settings.values.text("cluster", "nodes list") ?? paths.nodes;
  if (kind === "public_addresses") return settings.publicAddresses;
  return kind === "home_nodes" ? paths.homeNodes : undefined;
}

function plain(lines: readonly string[]): FileList {
  return { lines, messages: [] };
}
