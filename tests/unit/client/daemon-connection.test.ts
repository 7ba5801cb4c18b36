import assert from "node:assert/strict";
import {
  ConnectionError,
  ControlError,
  DaemonConnection,
  RequestTimeoutError,
} from "../../../lib/client/mod.ts";
import { Srvid } from "../../../lib/wire/mod.ts";
import { FakeDaemon } from "../../../testing/fake-daemon/fake-daemon.ts";
import { healthyState, withFault } from "../../../testing/fake-daemon/fake-state.ts";

async function withDaemon(
  work: (client: DaemonConnection, daemon: FakeDaemon, socket: string) => Promise<void>,
): Promise<void> {
  const base = await Deno.makeTempDir({ prefix: "ctdb-client-" });
  const socket = `${base}/run/ctdbd.socket`;
  try {
    await using daemon = await FakeDaemon.start(base, healthyState());
    await using client = await DaemonConnection.connect(socket);
    await work(client, daemon, socket);
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

Deno.test("connecting tells why it failed", async () => {
  await assert.rejects(
    DaemonConnection.connect("/nonexistent/socket"),
    (error) => error instanceof ConnectionError && error.errno === 2,
  );
});

Deno.test("a refused control carries its status, one without answer is a time-out", async () => {
  await withDaemon(async (client, daemon) => {
    daemon.state = withFault("GET_PID");
    await assert.rejects(
      client.control(0, "GET_PID", undefined),
      (error) => error instanceof ControlError && error.status === -1 && error.pnn === 0,
    );
    daemon.state = withFault("GET_PID", 0, "silent");
    await assert.rejects(
      client.control(0, "GET_PID", undefined, { timeout_ms: 20 }),
      RequestTimeoutError,
    );
  });
});

Deno.test("an answer that comes while this process is held up is not missed", async () => {
  await withDaemon(async (client) => {
    const reply = client.control(0, "GET_PID", undefined, { timeout_ms: 50 });
    const until_ms = performance.now() + 400;
    while (performance.now() < until_ms);
    assert.equal(typeof await reply, "number");
  });
});

Deno.test("an abort ends the waiting with its own reason", async () => {
  await withDaemon(async (client, daemon) => {
    daemon.state = withFault("GET_PID", 0, "silent");
    const controller = new AbortController();
    const reply = client.control(0, "GET_PID", undefined, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    await assert.rejects(reply, reason);
    const late = client.control(0, "GET_PID", undefined, { signal: controller.signal });
    await assert.rejects(late, reason);
  });
});

Deno.test("the end of the daemon fails what is under way, and everything after", async () => {
  await withDaemon(async (client, daemon) => {
    daemon.state = withFault("GET_PID", 0, "silent");
    const reply = client.control(0, "GET_PID", undefined);
    daemon.dropClients();
    await assert.rejects(reply, ConnectionError);
    await client.ended;
    assert.equal(client.isOpen, false);
    await assert.rejects(client.control(0, "GET_PNN", undefined), ConnectionError);
    assert.throws(() => client.message(0, 1n, new Uint8Array()), ConnectionError);
  });
});

Deno.test("messages reach all handlers of a srvid until they leave", async () => {
  await withDaemon(async (client) => {
    const heard: string[] = [];
    const first = Promise.withResolvers<void>();
    const stopA = await client.subscribe(Srvid.LEADER, () => {
      heard.push("a");
      first.resolve();
    });
    const stopB = await client.subscribe(Srvid.LEADER, () => void heard.push("b"));
    await first.promise;
    assert.deepEqual(heard, ["a"]);
    stopA();
    stopA();
    stopB();
    // The next one registers anew and so is told again who leads.
    const again = Promise.withResolvers<void>();
    await client.subscribe(Srvid.LEADER, () => again.resolve());
    await again.promise;
    assert.deepEqual(heard, ["a"]);
  });
});

Deno.test("a registration that fails leaves no handler behind", async () => {
  await withDaemon(async (client, daemon) => {
    daemon.state = withFault("REGISTER_SRVID");
    await assert.rejects(client.subscribe(Srvid.LEADER, () => {}), ControlError);
    daemon.state = healthyState();
    const told = Promise.withResolvers<void>();
    await client.subscribe(Srvid.LEADER, () => told.resolve());
    await told.promise;
  });
});
