/**
 * How long the document `cluster` of 64 nodes with 1,000 databases takes, from the answers of the nodes
 * to the bytes in JSON and CBOR: nodes that answer at once, everything else as in the daemon. And how
 * much of that this process worked, collector included: the rest others had the processor.
 *
 * `deno run -A bench/cluster-document.ts [ROUNDS]`
 * @module
 */
import process from "node:process";
import type { ClusterClient } from "../lib/client/mod.ts";
import { clusterDocument, pingNodes, toCbor } from "../lib/admin/mod_measured.ts";
import { parseSocketAddress, RunState } from "../lib/wire/mod.ts";
import { say } from "../tools/console.ts";

const ROUNDS = Number(Deno.args[0] ?? 200);
const NODES = 64;
const DATABASES = 1000;

const nodes = Array.from({ length: NODES }, (_, pnn) => ({
  pnn,
  flags: 0,
  address: parseSocketAddress(`192.0.2.${pnn + 1}`, 4379),
}));
const uptime = {
  currentTime: 5_000_000n,
  ctdbdStartTime: 1_000_000n,
  lastRecoveryStarted: 2_000_000n,
  lastRecoveryFinished: 3_000_000n,
};
const vnnMap = { generation: 77, map: nodes.map(({ pnn }) => pnn) };
const databases = Array.from({ length: DATABASES }, (_, dbId) => ({ dbId, flags: 0 }));
const answers: Readonly<Record<string, unknown>> = {
  PING: 2,
  GET_NODEMAP: nodes,
  GET_RECMODE: 0,
  GET_RUNSTATE: RunState.RUNNING,
  GETVNNMAP: vnnMap,
  GET_DBMAP: databases,
  UPTIME: uptime,
};
const client = {
  pnn: 0,
  control: (_pnn: number, name: string) => Promise.resolve(answers[name]),
} as unknown as ClusterClient;
const own = { pnn: 0, leader: 0, nodes, recoveryMode: 0, vnnMap, uptime };

const times_ms: number[] = [];
const worked_ms: number[] = [];
let json = 0;
let cbor = 0;
for (let round = 0; round < ROUNDS; round++) {
  const start_ms = performance.now();
  const before = process.cpuUsage();
  const document = await clusterDocument(
    client,
    own as never,
    new Map(),
    await pingNodes(client, own as never),
  );
  json = JSON.stringify(document).length;
  times_ms.push(performance.now() - start_ms);
  const { user, system } = process.cpuUsage(before);
  worked_ms.push((user + system) / 1000);
  cbor = toCbor(document).length;
}
const summary = (samples_ms: readonly number[]) => {
  const sorted = samples_ms.slice(1).toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
  return `first ${samples_ms[0]!.toFixed(1)} ms, of the others median ${at(0.5)}, longest ${at(1)}`;
};
say(`cluster of ${NODES} nodes, ${ROUNDS} times: ${json} bytes of JSON, ${cbor} of CBOR`);
say(`took:   ${summary(times_ms)}`);
say(`worked: ${summary(worked_ms)}`);
