import assert from "node:assert/strict";
import { frameOperation, Operation, RecoveryMode } from "../../lib/wire/mod.ts";
import { Client } from "./support/client.ts";
import { ClientDatabase } from "./support/client-database.ts";
import type { Machine } from "./support/machine.ts";
import { Scenario } from "./support/scenario.ts";

/** RerecoveryTimeout as it is by default: what must not be waited for shows as 10 s. */
const TUNABLES = { RerecoveryTimeout: 10, KeepaliveInterval: 5, KeepaliveLimit: 5 };
const LIMIT_MS = 1000;

function stateOf({ daemon }: Machine) {
  return daemon!.node.state;
}

/** Watches how often, and how long at a time, each node stands in recovery mode. */
class StandstillWatch {
  readonly longest_ms: number[];
  readonly #since: (number | undefined)[];
  readonly #generations: Set<number>;

  constructor({ cluster }: Scenario) {
    const { machines, time } = cluster;
    this.longest_ms = machines.map(() => 0);
    this.#since = machines.map(() => undefined);
    this.#generations = new Set(machines.map((machine) => stateOf(machine).generation));
    const before = time.afterStep;
    time.afterStep = () => {
      before();
      for (const machine of machines) this.#look(machine, time.now());
    };
  }

  /** Recoveries since the watch began. */
  get recoveries(): number {
    return this.#generations.size - 1;
  }

  #look(machine: Machine, now_ms: number): void {
    if (machine.daemon === undefined) return;
    const { pnn } = machine;
    const { recoveryMode, generation } = stateOf(machine);
    this.#generations.add(generation);
    if (recoveryMode === RecoveryMode.NORMAL) this.#since[pnn] = undefined;
    else this.#since[pnn] ??= now_ms;
    const stood_ms = now_ms - (this.#since[pnn] ?? now_ms);
    this.longest_ms[pnn] = Math.max(this.longest_ms[pnn]!, stood_ms);
  }
}

async function started(seed: number, clusterLock: boolean): Promise<Scenario> {
  const scenario = new Scenario(seed, {
    nodes: 3,
    clusterLock,
    publicAddresses: 2,
    tunables: TUNABLES,
  });
  await scenario.start();
  return scenario;
}

function leaderOf({ cluster }: Scenario): number {
  return cluster.machines[0]!.daemon!.node.leadership.leader;
}

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";

  Deno.test(`a link that comes up late forces no recovery, ${how}`, async () => {
    const scenario = new Scenario(61, {
      nodes: 3,
      clusterLock,
      publicAddresses: 0,
      tunables: TUNABLES,
    });
    const { cluster } = scenario;
    const lines = [cluster.network.line(1, 2), cluster.network.line(2, 1)];
    for (const line of lines) line.cut();
    // Only node 0 sees both of the others, and the oldest leads.
    cluster.machines[0]!.start();
    await cluster.run(700);
    for (const machine of cluster.machines) machine.start();
    const healthy = (machine: Machine) =>
      stateOf(machine).recoveryMode === RecoveryMode.NORMAL &&
      stateOf(machine).vnnmap.length === 3 && stateOf(machine).generation > 1;
    await cluster.waitFor("the first recovery", 60_000, () => {
      return cluster.machines.every(healthy) ? undefined : "not yet";
    });
    const watch = new StandstillWatch(scenario);
    for (const line of lines) line.heal();
    await cluster.waitFor("the link", 10_000, () => {
      return stateOf(cluster.machines[1]!).nodes.isConnected(2) ? undefined : "not yet";
    });
    await cluster.run(15_000);
    assert.equal(watch.recoveries, 0);
    assert.deepEqual(watch.longest_ms, [0, 0, 0]);
  });

  for (const [what, a, b] of [["two members", 1, 2], ["leader and member", 0, 1]] as const) {
    for (const delay_ms of [100, 3000, 30_000]) {
      Deno.test(
        `a link between ${what} breaks ${delay_ms} ms after the start: no long standstill, ${how}`,
        async () => {
          const scenario = await started(62, clusterLock);
          const { cluster } = scenario;
          const leader = leaderOf(scenario);
          // 0 is the leader, 1 and 2 are the others.
          const order = [leader, ...[0, 1, 2].filter((pnn) => pnn !== leader)];
          await cluster.run(delay_ms);
          const watch = new StandstillWatch(scenario);
          cluster.network.listener(order[a]!)!.breakLink(order[b]!);
          await cluster.run(20_000);
          assert.equal(cluster.whyNotHealthy(), undefined);
          assert.ok(watch.recoveries <= 2, `recoveries: ${watch.recoveries}`);
          assert.ok(watch.longest_ms.every((ms) => ms < LIMIT_MS), `${watch.longest_ms}`);
        },
      );
    }
  }

  Deno.test(`recoveries that are asked for after a start are not put off, ${how}`, async () => {
    const scenario = await started(63, clusterLock);
    const { cluster } = scenario;
    const watch = new StandstillWatch(scenario);
    const client = Client.connect(cluster.machines[1]!, "administrator")!;
    for (let i = 1; i <= 3; i++) {
      void client.control(1, "SET_RECMODE", RecoveryMode.ACTIVE);
      await cluster.run(50);
      await cluster.waitFor("the recovery", 15_000, () => {
        return cluster.machines.some((machine) => stateOf(machine).recoveryMode !== 0)
          ? "not yet"
          : undefined;
      });
      assert.equal(watch.recoveries, i);
    }
    assert.ok(watch.longest_ms.every((ms) => ms < LIMIT_MS), `${watch.longest_ms}`);
  });

  Deno.test(`a cluster that forces recoveries for ever does something else, too, ${how}`, async () => {
    const scenario = await started(64, clusterLock);
    const { cluster } = scenario;
    const watch = new StandstillWatch(scenario);
    const client = Client.connect(cluster.machines[1]!, "troublemaker")!;
    const duration_ms = 120_000;
    for (let at_ms = 0; at_ms < duration_ms; at_ms += 20) {
      if (stateOf(cluster.machines[1]!).recoveryMode === RecoveryMode.NORMAL) {
        void client.control(1, "SET_RECMODE", RecoveryMode.ACTIVE);
      }
      await cluster.run(20);
    }
    const most = duration_ms / 4000;
    assert.ok(watch.recoveries <= most, `recoveries: ${watch.recoveries}`);
  });
}

Deno.test("a call that found no link is sent again when there is one", async () => {
  const scenario = await started(65, false);
  const { cluster } = scenario;
  const leader = leaderOf(scenario);
  const [a, b] = cluster.machines.filter(({ pnn }) => pnn !== leader) as [Machine, Machine];
  const client = Client.connect(a, "caller")!;
  const db = await attached(scenario, client);
  cluster.network.line(a.pnn, b.pnn).cut();
  cluster.network.line(b.pnn, a.pnn).cut();
  cluster.network.listener(a.pnn)!.breakLink(b.pnn);
  await cluster.run(100);
  const calls = fetchAll(scenario, db, "key");
  await cluster.run(2000);
  cluster.network.healAll();
  await calls;
});

for (const [what, isMember] of [["two members", true], ["leader and member", false]] as const) {
  Deno.test(`a cut between ${what} that has lost nothing costs no recovery`, async () => {
    for (const seed of [70, 71, 72, 73]) {
      const scenario = await started(seed, false);
      const { cluster } = scenario;
      const leader = leaderOf(scenario);
      const [a, b] = cluster.machines.filter(({ pnn }) => (pnn !== leader) === isMember);
      const [from, to] = [a!, b ?? cluster.machines[(leader + 1) % 3]!];
      const client = Client.connect(from, "caller")!;
      const db = await attached(scenario, client);
      await fetchAll(scenario, db, "before");
      const watch = new StandstillWatch(scenario);
      // All that was sent has arrived by now.
      await cluster.run(200);
      cluster.network.listener(from.pnn)!.breakLink(to.pnn);
      await cluster.run(1000);
      await fetchAll(scenario, db, "after");
      await cluster.run(15_000);
      const isWhole = stateOf(from).nodes.isConnected(to.pnn);
      assert.deepEqual([watch.recoveries, isWhole], [0, true]);
    }
  });
}

Deno.test("the second cut may take what is asked after the first, and costs no recovery either", async () => {
  for (const gap_ms of [0.3, 0.6, 1, 1.5, 2, 3, 5]) {
    const scenario = await started(75, false);
    const { cluster } = scenario;
    const leader = leaderOf(scenario);
    const [a, b] = cluster.machines.filter(({ pnn }) => pnn !== leader) as [Machine, Machine];
    const watch = new StandstillWatch(scenario);
    cluster.network.listener(a.pnn)!.breakLink(b.pnn);
    await cluster.run(gap_ms);
    cluster.network.listener(b.pnn)!.breakLink(a.pnn);
    await cluster.run(15_000);
    assert.deepEqual([gap_ms, watch.recoveries], [gap_ms, 0]);
  }
});

Deno.test("a call that was on the link when it broke is sent again", async () => {
  const scenario = await started(74, false);
  const { cluster } = scenario;
  const leader = leaderOf(scenario);
  const [a, b] = cluster.machines.filter(({ pnn }) => pnn !== leader) as [Machine, Machine];
  const client = Client.connect(a, "caller")!;
  const db = await attached(scenario, client);
  const watch = new StandstillWatch(scenario);
  let lost = 0;
  cluster.network.onFrame = (from, to, frame) => {
    if (from !== a.pnn || to !== b.pnn || frameOperation(frame) !== Operation.REQ_CALL) return;
    if (lost++ > 0) return;
    // In the turn after this one the call is on its way, and no more than that.
    cluster.time.setTimer(0, () => cluster.network.listener(a.pnn)!.breakLink(b.pnn));
  };
  await fetchAll(scenario, db, "lost");
  assert.ok(lost > 0, "no call went over the link");
  assert.equal(watch.recoveries, 1);
});

async function attached({ cluster }: Scenario, client: Client): Promise<ClientDatabase> {
  const db = { value: undefined as ClientDatabase | undefined };
  ClientDatabase.attach(client, "late.tdb").then((attached) => void (db.value = attached));
  await cluster.waitFor("the database", 5000, () => db.value === undefined ? "no" : undefined);
  return db.value!;
}

/** Fetches records whose locations are spread over all nodes. */
async function fetchAll({ cluster }: Scenario, db: ClientDatabase, name: string): Promise<void> {
  const keys = Array.from({ length: 12 }, (_, i) => new TextEncoder().encode(`${name} ${i}`));
  let done = 0;
  (async () => {
    for (const key of keys) {
      (await db.fetchLocked(key)).unlock();
      done++;
    }
  })();
  await cluster.waitFor("all calls", 20_000, () => done === keys.length ? undefined : `${done}`);
}
