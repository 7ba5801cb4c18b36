/** Who may ask: origins, tokens, roles, rates. */
import assert from "node:assert/strict";
import { Guard, type GuardedRequest, refuseOtherOrigins } from "../../../lib/admin/http/guard.ts";
import { Limiter } from "../../../lib/admin/http/limiter.ts";
import { Problem } from "../../../lib/admin/http/problem.ts";

const request = (
  headers: Record<string, string> = {},
  kind: "unix" | "tcp" = "tcp",
): GuardedRequest => ({
  method: "GET",
  headers: new Headers(headers),
  door: { kind, tls: false },
  peer: kind === "tcp" ? "192.0.2.1" : "",
});

function statusOf(work: () => void): number {
  try {
    work();
    return 200;
  } catch (error) {
    assert.ok(error instanceof Problem);
    return error.status;
  }
}

Deno.test("pages of another origin are refused, programs and the own page are not", () => {
  const cases: [Record<string, string>, number][] = [
    [{}, 200],
    [{ host: "n1:9980", origin: "http://n1:9980", "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ "sec-fetch-site": "same-site" }, 403],
    [{ host: "n1:9980", origin: "http://n1:9981" }, 403],
    [{ host: "n1:9980", origin: "https://evil.example" }, 403],
    [{ host: "n1:9980", origin: "null" }, 403],
    [{ origin: "http://n1" }, 403],
  ];
  for (const [headers, status] of cases) {
    const got = statusOf(() => refuseOtherOrigins(request(headers), false));
    assert.equal(got, status, JSON.stringify(headers));
  }
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  assert.equal(statusOf(() => refuseOtherOrigins(request(link), true)), 200);
  assert.equal(statusOf(() => refuseOtherOrigins(request(link), false)), 403);
});

Deno.test("roles are checked, and a wrong token costs much of the rate", async () => {
  const tokens = {
    identify: (text: string) =>
      Promise.resolve(text === "good" ? { name: "token t", role: "viewer" as const } : undefined),
  };
  const guard = new Guard(tokens, new Limiter({ burst: 25, per_s: 0 }, () => 0));
  const status = (headers: Record<string, string>, role: "viewer" | "operator") =>
    guard.require(request(headers), role).then(() => 200, (error) => error.status);
  assert.equal(await status({}, "viewer"), 401);
  assert.equal(await status({ authorization: "Bearer good" }, "viewer"), 200);
  assert.equal(await status({ authorization: "Bearer good" }, "operator"), 403);
  await assert.rejects(guard.require(request({ authorization: "Bearer good" }), "owner"), {
    status: 403,
    message: /over the Unix socket of their node only.*`ctdb token`; you have the role viewer$/,
  });
  assert.equal(await status({ authorization: "Basic Z29vZA==" }, "viewer"), 401);
  assert.equal(await status({ authorization: "Bearer bad" }, "viewer"), 401);
  assert.equal(await status({ authorization: "Bearer bad" }, "viewer"), 401);
  assert.equal(await status({ authorization: "Bearer bad" }, "viewer"), 429);
});

Deno.test("whoever can use the Unix socket is root, and may say less of itself", async () => {
  const nobody = { identify: () => Promise.resolve(undefined) };
  const guard = new Guard(nobody, new Limiter({ burst: 1, per_s: 1 }));
  assert.deepEqual(await guard.require(request({}, "unix"), "owner"), {
    name: "unix socket",
    role: "owner",
  });
  const web = { "x-ctdb-on-behalf": "ctdb web", "x-ctdb-role": "viewer" };
  assert.equal((await guard.require(request(web, "unix"), "viewer")).name, "ctdb web");
  await assert.rejects(guard.require(request(web, "unix"), "operator"), { status: 403 });
  await assert.rejects(guard.require(request(web, "tcp"), "viewer"), { status: 401 });
});

Deno.test("a limiter lets bursts through, then so many in a second, for each asker", () => {
  let now_ms = 0;
  const limiter = new Limiter({ burst: 3, per_s: 2 }, () => now_ms);
  const taken = (asker: string) => [1, 2, 3, 4, 5].filter(() => limiter.take(asker)).length;
  assert.deepEqual([taken("a"), taken("b")], [3, 3]);
  now_ms = 1000;
  assert.equal(taken("a"), 2);
  for (let asker = 0; asker < 3000; asker++) limiter.take(`other ${asker}`);
  assert.equal(taken("a"), 3, "askers that are forgotten begin anew");
});
