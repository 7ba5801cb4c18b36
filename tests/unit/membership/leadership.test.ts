import assert from "node:assert/strict";
import { nullLogger, type Procedure, wait } from "../../../lib/base/mod.ts";
import { ControlError, type NodeClient } from "../../../lib/client/mod.ts";
import {
  ClusterLock,
  Leadership,
  type LocalNode,
  type LockHelperLauncher,
  NodeMap,
} from "../../../lib/membership/mod.ts";
import {
  Capability,
  DEFAULT_CAPABILITIES,
  defaultTunables,
  electionMessage,
  encode,
  Srvid,
  u32,
  UNKNOWN_PNN,
} from "../../../lib/wire/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

interface Options {
  readonly capabilities?: number;
  readonly launcher?: LockHelperLauncher;
}

/** Node 0 of three, all connected. What it asks of others is answered when a test says so. */
function setUp({ capabilities = DEFAULT_CAPABILITIES, launcher }: Options = {}) {
  const clock = new VirtualClock();
  const nodes = new NodeMap(
    [0, 1, 2].map((pnn) => ({ pnn, address: `10.0.0.${pnn + 1}`, deleted: false })),
  );
  nodes.identify("10.0.0.1");
  for (const pnn of [1, 2]) {
    nodes.linkUp(pnn);
    nodes.adopt(pnn, 0);
  }
  const handlers = new Map<bigint, (data: Uint8Array) => void>();
  const sent: string[] = [];
  const asked: { pnn: number; answer: () => void; fail: () => void }[] = [];
  const client: NodeClient = {
    pnn: 0,
    control: (pnn, name): Procedure<never> => {
      return wait((done, failed) => {
        const fail = () => failed(new ControlError(name, pnn, -1, "no answer"));
        if (name === "SET_RECMODE") {
          asked.push({
            pnn,
            answer: () => done(undefined as never),
            fail,
          });
        } else fail();
      });
    },
    controlNoReply: () => {},
    message: (_to, srvid, data) => {
      if (srvid === Srvid.ELECTION) sent.push("ELECTION");
      else sent.push(`LEADER ${new DataView(data.buffer).getUint32(0, true) | 0}`);
    },
    subscribe: (srvid, handler) => {
      handlers.set(srvid, handler);
      return () => void handlers.delete(srvid);
    },
    borrow: (srvid, handler) => {
      handlers.set(srvid, handler);
      return () => void handlers.delete(srvid);
    },
  };
  const lock = launcher === undefined
    ? undefined
    : new ClusterLock(["helper"], { launcher, clock, log: nullLogger, onLatency: () => {} });
  const leaders: number[] = [];
  const leadership = new Leadership({
    local: {
      nodes,
      capabilities,
      tunable: (name) => defaultTunables[name],
    } as LocalNode,
    client,
    clock,
    log: nullLogger,
    lock,
    leaderTimeout_s: 5,
    onLeader: (leader) => leaders.push(leader | 0),
  });
  leadership.start();
  const hear = (leader: number) => handlers.get(Srvid.LEADER)!(encode(u32, leader));
  const hearElection = (pnn: number, numConnected: number) =>
    handlers.get(Srvid.ELECTION)!(
      encode(electionMessage, { numConnected, priorityTime: 0n, pnn, nodeFlags: 0 }),
    );
  /** All nodes say that they are in recovery mode. */
  const answerAll = () => {
    for (const { answer } of asked.splice(0)) answer();
  };
  return { clock, leadership, leaders, sent, asked, answerAll, hear, hearElection };
}

Deno.test("an election that somebody has made needless meanwhile is not called", () => {
  const { clock, leadership, sent, asked, answerAll, hear } = setUp();
  hear(2);
  clock.advance(5000);
  assert.equal(asked.length, 3, "node 2 is missed");
  hear(1);
  answerAll();
  assert.deepEqual(sent.filter((message) => message !== "LEADER 0"), []);
  assert.deepEqual([leadership.leader, leadership.electionInProgress], [1, false]);
});

Deno.test("an election that another has called meanwhile is not called twice", () => {
  const { clock, sent, answerAll, hear, hearElection } = setUp();
  hear(2);
  clock.advance(5000);
  hearElection(1, 3);
  answerAll();
  assert.ok(!sent.includes("LEADER -1"), "it has called it, too");
});

Deno.test("a leader that is not heard any more is none, also where nobody can be asked", () => {
  const { clock, leadership, leaders, asked, hear } = setUp();
  hear(2);
  clock.advance(5000);
  assert.deepEqual(leaders, [2, -1]);
  for (const { fail } of asked.splice(0)) fail();
  assert.deepEqual([leadership.leader, leadership.electionInProgress], [UNKNOWN_PNN, false]);
});

for (const clusterLock of [false, true]) {
  const how = clusterLock ? "with a cluster lock" : "without cluster lock";
  const launcher: LockHelperLauncher = { launch: () => assert.fail("it tries to take the lock") };

  Deno.test(`where nobody can lead nobody is said to, ${how}`, () => {
    const made = setUp({
      capabilities: Capability.LMASTER,
      ...(clusterLock ? { launcher } : {}),
    });
    const { clock, leaders, answerAll, hear, hearElection } = made;
    hear(2);
    // Node 2 is stopped: it calls the election in which it cannot win.
    hear(UNKNOWN_PNN);
    if (!clusterLock) hearElection(2, 0);
    clock.advance(1000);
    assert.equal(made.leadership.leader, UNKNOWN_PNN);
    for (let i = 0; i < 60; i++) {
      clock.advance(1000);
      answerAll();
    }
    assert.deepEqual(leaders, [2, -1], "somebody was named later");
  });
}

/** A helper that says that it has the lock, and ends. */
function shortLived(
  clock: () => VirtualClock,
): { launcher: LockHelperLauncher; launches: () => number } {
  let launches = 0;
  const launcher: LockHelperLauncher = {
    launch(_argv, onStatus, onEnd) {
      launches++;
      clock().setTimer(10, () => onStatus("0"));
      const end = clock().setTimer(20, onEnd);
      return { terminate: () => end.cancel() };
    },
  };
  return { launcher, launches: () => launches };
}

Deno.test("a lock that cannot be kept is tried for again and again, with pauses", () => {
  let clock: VirtualClock | undefined = undefined;
  const { launcher, launches } = shortLived(() => clock!);
  const made = setUp({ launcher });
  clock = made.clock;
  const { answerAll, leadership } = made;
  for (let at_ms = 0; at_ms < 60_000; at_ms += 10) {
    made.clock.advance(10);
    answerAll();
  }
  assert.ok(launches() >= 60_000 / 6000, `attempts: ${launches()}`);
  assert.ok(launches() <= 60_000 / 5000 + 5, `attempts: ${launches()}`);
  assert.equal(leadership.leader, UNKNOWN_PNN);
});

Deno.test("who has the lock without leading takes part when others elect", () => {
  let clock: VirtualClock | undefined = undefined;
  const launcher: LockHelperLauncher = {
    launch(_argv, onStatus) {
      clock!.setTimer(10, () => onStatus("0"));
      return { terminate: () => {} };
    },
  };
  const made = setUp({ launcher });
  clock = made.clock;
  const { leadership, hear, answerAll, leaders } = made;
  made.clock.advance(5000);
  answerAll();
  made.clock.advance(20);
  assert.equal(leadership.leader, 0);
  hear(1);
  made.clock.advance(5000);
  for (const { fail } of made.asked.splice(0)) fail();
  assert.equal(leadership.leader, UNKNOWN_PNN);
  hear(UNKNOWN_PNN);
  assert.equal(leadership.leader, 0);
  assert.equal(leaders.at(-1), 0);
});

Deno.test("while the lock is being tried for there is no other election, and it counts as not held", () => {
  let launches = 0;
  let grant = () => {};
  const launcher: LockHelperLauncher = {
    launch(_argv, onStatus) {
      launches++;
      grant = () => onStatus("0");
      return { terminate: () => {} };
    },
  };
  const { clock, leadership, asked, answerAll, hear, leaders } = setUp({ launcher });
  clock.advance(5000);
  answerAll();
  assert.equal(launches, 1);
  // The next timeouts of the leader, an order to elect, and others who elect.
  for (let i = 0; i < 8; i++) {
    clock.advance(5000);
    leadership.forceElection("anything");
    hear(UNKNOWN_PNN);
    assert.equal(asked.length, 0, "nobody is put into recovery mode again");
  }
  assert.deepEqual([launches, leadership.isLeader, leaders], [1, false, []]);
  grant();
  assert.deepEqual([launches, leadership.leader], [1, 0]);
});

Deno.test("a try for the lock that fails ends the election, and another comes later", () => {
  let launches = 0;
  let refuse = () => {};
  const launcher: LockHelperLauncher = {
    launch(_argv, onStatus) {
      launches++;
      refuse = () => onStatus("3");
      return { terminate: () => {} };
    },
  };
  const { clock, leadership, answerAll } = setUp({ launcher });
  clock.advance(5000);
  answerAll();
  refuse();
  assert.deepEqual([launches, leadership.leader], [1, UNKNOWN_PNN]);
  for (let i = 0; i < 60 && launches === 1; i++) {
    clock.advance(100);
    answerAll();
  }
  assert.equal(launches, 2);
});
