import assert from "node:assert/strict";
import {
  EtcdClient,
  EtcdGateway,
  EtcdRefusedError,
  EtcdUnavailableError,
} from "../../../lib/cluster-lock/mod.ts";

type Handler = (path: string, request: Request) => Response | Promise<Response>;

/** Runs `body` against a server that answers as `handler` says. */
async function withServer(
  handler: Handler,
  body: (url: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => handler(new URL(request.url).pathname, request),
  );
  await body(`http://127.0.0.1:${server.addr.port}`);
}

function json(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value) + "\n", { status });
}

/** No answer, until the client has gone. */
function silence({ signal }: Request): Promise<Response> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())));
}

Deno.test("answers that are not etcd's: unavailable, not a crash, not a lock", async (test) => {
  const answers: Record<string, () => Response> = {
    "no JSON": () => new Response("<html>"),
    "a number": () => new Response("7"),
    "null": () => new Response("null"),
    "nothing": () => new Response(""),
    "no header": () => json({ responses: [{ response_range: {} }] }),
    "no responses": () => json({ header: { revision: "1" } }),
    "a revision that is none": () =>
      json({ header: { revision: {} }, responses: [{ response_range: {} }] }),
    "a list that is none": () =>
      json({ header: { revision: "x" }, responses: [{ response_range: { kvs: 3 } }] }),
    "a value that is no base64": () =>
      json({
        header: { revision: "1" },
        responses: [{ response_range: { kvs: [{ create_revision: "1", value: "***" }] } }],
      }),
    "an answer without end": () => new Response("[".repeat(3_000_000)),
  };
  for (const [name, answer] of Object.entries(answers)) {
    await test.step(name, () =>
      withServer(answer, async (url) => {
        using gateway = new EtcdGateway({ endpoints: [url], request_ms: 5000 });
        const client = new EtcdClient(gateway);
        await assert.rejects(client.createKey("key", "value", "1"), EtcdUnavailableError);
      }));
  }
});

Deno.test("etcd's errors: some say no, some say not now", async (test) => {
  const errors: Array<[number, number, new (...args: never[]) => Error]> = [
    [7, 403, EtcdRefusedError],
    [3, 400, EtcdRefusedError],
    [9, 412, EtcdRefusedError],
    [14, 503, EtcdUnavailableError],
    [4, 504, EtcdUnavailableError],
    [13, 500, EtcdUnavailableError],
  ];
  for (const [code, status, kind] of errors) {
    await test.step(`code ${code}`, () =>
      withServer(() => json({ code, message: "because" }, status), async (url) => {
        using gateway = new EtcdGateway({ endpoints: [url], request_ms: 5000 });
        await assert.rejects(gateway.call("kv/range", {}), (error: Error) => {
          assert.ok(error instanceof kind, error.name);
          assert.match(error.message, /: because$/);
          return true;
        });
      }));
  }
});

Deno.test("a member that does not answer: the next one is asked, and then first", async () => {
  let silent = 0;
  let asked = 0;
  await withServer((_path, request) => {
    silent++;
    return silence(request);
  }, (mute) =>
    withServer(() => {
      asked++;
      return json({ header: { revision: "1" } });
    }, async (url) => {
      using gateway = new EtcdGateway({ endpoints: [mute, url], request_ms: 100 });
      await gateway.call("kv/range", {});
      await gateway.call("kv/range", {});
      assert.deepEqual([silent, asked], [1, 2]);
    }));
});

Deno.test("a token that ran out: logs in again and repeats the request", async () => {
  const log: string[] = [];
  let tokens = 0;
  const handler: Handler = (path, request) => {
    log.push(`${path} ${request.headers.get("authorization") ?? "-"}`);
    if (path === "/v3/auth/authenticate") return json({ token: `token${++tokens}` });
    return request.headers.get("authorization") === "token2"
      ? json({ header: {} })
      : json({ code: 16, message: "invalid auth token" }, 401);
  };
  await withServer(handler, async (url) => {
    const user = { name: "a", password: "b" };
    using gateway = new EtcdGateway({ endpoints: [url], request_ms: 5000, user });
    await gateway.call("kv/range", {});
    assert.deepEqual(log, [
      "/v3/auth/authenticate -",
      "/v3/kv/range token1",
      "/v3/auth/authenticate -",
      "/v3/kv/range token2",
    ]);
  });
});

Deno.test("a watch ends with the first event, a broken one with an error", async () => {
  const lines = (...values: unknown[]) =>
    new Response(values.map((value) => JSON.stringify(value) + "\n").join(""));
  const created = { result: { created: true } };
  const answers = [
    lines(created, { result: { events: [{ type: "DELETE" }] } }),
    lines(created, { result: { canceled: true, cancel_reason: "compacted" } }),
    lines(created),
    lines({ error: { message: "no leader" } }),
  ];
  await withServer(() => answers.shift() ?? json({}), async (url) => {
    using gateway = new EtcdGateway({ endpoints: [url], request_ms: 5000 });
    const client = new EtcdClient(gateway);
    const { signal } = new AbortController();
    await client.nextChange("key", 1n, signal);
    await assert.rejects(client.nextChange("key", 1n, signal), /compacted/);
    await assert.rejects(client.nextChange("key", 1n, signal), /stream ended/);
    await assert.rejects(client.nextChange("key", 1n, signal), /no leader/);
    const aborted = AbortSignal.abort(new Error("over"));
    await assert.rejects(client.nextChange("key", 1n, aborted), /over/);
  });
});
