import type { Logger } from "../../base/mod.ts";
import {
  type ConfigIo,
  type HomeNode,
  type LoadedConfig,
  type NodesList,
  type Paths,
  readHomeNodes,
  readNodes,
  readPublicAddresses,
} from "../../config/mod.ts";
import type { AddressFileResult } from "../../failover/mod.ts";
import type { NodesFileEntry } from "../../membership/mod.ts";
import type { EdgeFile, EdgeFiles } from "../border/messages.ts";
import { sayMessages } from "./config-texts.ts";

/** The nodes file as the node wants it. */
export function nodesFileEntries(nodes: NodesList): NodesFileEntry[] {
  return nodes.map(({ address, deleted }, pnn) => ({ pnn, address: address.address, deleted }));
}

/** Reads the files that the core asks for while it runs. */
export function edgeFileReader(
  paths: Paths,
  loaded: LoadedConfig,
  io: ConfigIo,
  log: Logger,
): <File extends EdgeFile>(file: File) => Promise<EdgeFiles[File]> {
  const readers: { readonly [File in EdgeFile]: () => Promise<EdgeFiles[File]> } = {
    publicAddresses: () => readAddresses(loaded.publicAddresses, io, log),
    homeNodes: () => homeNodes(paths.homeNodes, io, log),
    nodes: async () => nodesFileEntries(await readNodes(loaded.nodesSource, io)),
  };
  return (file) => readers[file]();
}

async function readAddresses(path: string, io: ConfigIo, log: Logger): Promise<AddressFileResult> {
  const addresses = await readPublicAddresses(path, io);
  if (addresses === undefined) log.warning(`No public addresses file: ${path}`);
  return {
    entries: (addresses ?? []).map(({ address, maskBits, interfaces }) => ({
      address: address.address,
      maskBits,
      interfaces,
    })),
  };
}

async function homeNodes(path: string, io: ConfigIo, log: Logger): Promise<readonly HomeNode[]> {
  const { homes, messages } = await readHomeNodes(path, io);
  sayMessages(log, messages);
  return homes;
}
