/**
 * Measures how long clients of a public address wait for it after each kind of fault, on our daemon
 * and on Debian's in turn, in the same lab of network namespaces (see `docs/benchmarks.md`).
 *
 *     deno run -A bench/failover.ts --rounds 5 --faults stop,kill --json FILE
 *     deno run -A bench/failover.ts --faults "" --addresses 150,1000
 *
 * Needs root. CTDB_FAILOVER_PROGRAM names a compiled program of ours; otherwise the source tree runs.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { ArpProber } from "../tests/failover/support/arp-prober.ts";
import { type Fault, faults } from "../testing/lab/faults.ts";
import { compiledInto, type DaemonKind, debian, ours } from "../testing/cluster/daemon-kind.ts";
import { FOR_EVER, LabClient } from "../testing/lab/lab-client.ts";
import { Lab } from "../testing/lab/lab.ts";
import { suffer } from "../testing/lab/suffer.ts";
import { moveMany } from "./support/many-addresses.ts";
import { median } from "./support/samples.ts";

/** How long an HTTP client with little patience waits for an answer. */
const PATIENCE_MS = 500;
const HOSTS = 3;
const PROGRAM = Deno.env.get("CTDB_FAILOVER_PROGRAM");
const MINE = PROGRAM === undefined ? ours : compiledInto(PROGRAM);
const KINDS: readonly DaemonKind[] = [MINE, debian];

/** One fault as the clients saw it. */
interface Sample {
  /** From the fault to the new host's first answer. */
  readonly moved_ms: number;
  /** From the old host's last answer to the new host's first one. */
  readonly gap_ms: number;
  /** The same for a client that gives no connection up. */
  readonly patient_ms: number;
}

/** A cluster with its clients, and what they have seen. */
interface Subject {
  readonly kind: DaemonKind;
  readonly lab: Lab;
  readonly clients: readonly LabClient[];
  readonly prober: ArpProber;
  readonly samples: Map<string, Sample[]>;
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    faults: { type: "string", default: Object.keys(faults).join() },
    json: { type: "string" },
    addresses: { type: "string", default: "0" },
  },
});
const named = values.faults.split(",").filter((name) => name !== "");
const chosen = named.map((name): Fault => {
  const fault = Object.values<Fault>(faults).find((known) => known.name === name);
  if (fault === undefined) throw new Error(`--faults: ${name}`);
  return fault;
});
if (!Lab.available()) throw new Error("a lab needs root, network namespaces and Debian's ctdb");

for (const count of values.addresses.split(",").map(Number)) {
  if (count > 0) await reportMany(count);
}

await using resources = new AsyncDisposableStack();
const subjects = chosen.length === 0 ? [] : await Promise.all(KINDS.map((kind) => prepare(kind)));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const fault of chosen) {
    // A B, B A, A B: what drifts hits both alike.
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      await measure(subject, fault);
    }
  }
}
if (chosen.length > 0) report();

/** One cluster after the other: what moves many addresses is the work of many processes. */
async function reportMany(count: number): Promise<void> {
  const [mine, theirs] = [await moveMany(MINE, count), await moveMany(debian, count)];
  say(`| ${count} addresses on ${HOSTS} hosts | Ours (s) | Debian (s) | Ratio |`);
  say("| --- | ---: | ---: | ---: |");
  for (
    const [what, field] of [
      ["from the start until all are hosted", "start_ms"],
      ["`ctdb disable`: the others have a third more", "away_ms"],
      ["`ctdb enable`: its third is back", "back_ms"],
    ] as const
  ) {
    const seconds = (time_ms: number) => (time_ms / 1000).toFixed(2);
    const ratio = (mine[field] / theirs[field]).toFixed(2);
    say(`| ${what} | ${seconds(mine[field])} | ${seconds(theirs[field])} | ${ratio} |`);
  }
}

async function prepare(kind: DaemonKind): Promise<Subject> {
  const lab = resources.use(
    await Lab.start({ hosts: new Array<DaemonKind>(HOSTS).fill(kind), addresses: 3 }),
  );
  const address = lab.addresses[0]!;
  const clients = [
    resources.use(await LabClient.start(lab, address, PATIENCE_MS)),
    resources.use(await LabClient.start(lab, address, FOR_EVER)),
  ];
  const prober = resources.use(new ArpProber(lab, clients[0]!.pid));
  return { kind, lab, clients, prober, samples: new Map() };
}

async function measure(subject: Subject, fault: Fault): Promise<void> {
  const { kind, lab, clients, samples } = subject;
  await lab.untilHealthy();
  const { moves: [impatient, patient] } = await suffer(lab, fault, clients);
  const { moved_ms, gap_ms } = impatient!;
  const sample = { moved_ms, gap_ms, patient_ms: patient!.moved_ms };
  samples.set(fault.name, [...samples.get(fault.name) ?? [], sample]);
  if (values.json === undefined) return;
  const line = JSON.stringify({ kind: kind.name, fault: fault.name, ...sample });
  Deno.writeTextFileSync(values.json, `${line}\n`, { append: true });
}

function report(): void {
  say("| Fault | Time to | Ours (s) | Debian (s) | Ratio |");
  say("| --- | --- | ---: | ---: | ---: |");
  for (const { name } of chosen) {
    say(row(name, "first answer of the new host", "moved_ms"));
    say(row(name, "the same, without an answer", "gap_ms"));
    say(row(name, "the same, client that only waits", "patient_ms"));
  }
  for (const { kind, prober } of subjects) {
    say(
      `\n${kind.name}: ${prober.conflicts().length} times two hosts answered one of ${prober.probes} ` +
        `probes; the client's ARP cache was wrong for at most ${prober.stalest_ms} ms`,
    );
  }
}

function row(fault: string, what: string, field: keyof Sample): string {
  const [mine, theirs] = subjects.map(({ samples }) =>
    median((samples.get(fault) ?? []).map((sample) => sample[field]))
  );
  const seconds = (time_ms: number) => (time_ms / 1000).toFixed(2);
  const ratio = (mine! / theirs!).toFixed(2);
  return `| ${fault} | ${what} | ${seconds(mine!)} | ${seconds(theirs!)} | ${ratio} |`;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
