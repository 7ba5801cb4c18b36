/**
 * How long the document `cluster` of 64 nodes with 1,000 databases takes, from the answers of the nodes
 * to the bytes in JSON and CBOR: nodes that answer at once, everything else as in the daemon.
 *
 * `deno run -A bench/cluster-document.ts [ROUNDS]`
 * @module
 */
import type { ClusterClient } from "../lib/client/mod.ts";
import { clusterDocument, toCbor } from "../lib/admin/mod_measured.ts";
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
let json = 0;
let cbor = 0;
for (let round = 0; round < ROUNDS; round++) {
  const start_ms = performance.now();
  const document = await clusterDocument(client, own as never, new Map());
  json = JSON.stringify(document).length;
  times_ms.push(performance.now() - start_ms);
  cbor = toCbor(document).length;
}
const sorted = times_ms.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toFixed(1);
say(
  `cluster of ${NODES} nodes, ${ROUNDS} times: first ${times_ms[0]!.toFixed(1)} ms, median ` +
    `${at(0.5)} ms, longest ${at(1)} ms; ${json} bytes of JSON, ${cbor} of CBOR`,
);
