/** The section `[admin]`: what it means, and what is refused because it would leave the API open. */
import assert from "node:assert/strict";
import {
  type AdminConf,
  adminSettings,
  AdminSettingsError,
  parseListenAddress,
} from "../../../lib/config/mod.ts";

const options = (given: Partial<AdminConf> = {}): AdminConf => ({
  listen: undefined,
  certificate: undefined,
  key: undefined,
  clientCa: undefined,
  historyDays: 30,
  historySize_mb: 64,
  ...given,
});

const refused = (given: Partial<AdminConf>) => {
  try {
    adminSettings(options(given));
    return undefined;
  } catch (error) {
    assert.ok(error instanceof AdminSettingsError);
    return error.message;
  }
};

Deno.test("without a word the API listens nowhere but on its socket", () => {
  const { listen, tls, keep_ms, limit_bytes } = adminSettings(options());
  assert.deepEqual([listen, tls], [[], undefined]);
  assert.equal(keep_ms, 30 * 86_400_000);
  assert.equal(limit_bytes, 64 * 1024 * 1024);
});

Deno.test("several addresses of both kinds", () => {
  const { listen } = adminSettings(options({ listen: "127.0.0.1:80, [::1]:81 127.3.2.1:0" }));
  assert.deepEqual(listen, [
    { hostname: "127.0.0.1", port: 80 },
    { hostname: "::1", port: 81 },
    { hostname: "127.3.2.1", port: 0 },
  ]);
});

Deno.test("what others could reach needs TLS, and the refusal says why", () => {
  for (const listen of ["0.0.0.0:1", "192.0.2.1:1", "[::]:1", "127.0.0.1:1 [2001:db8::1]:2"]) {
    assert.match(refused({ listen })!, /beyond this machine and without TLS/, listen);
    assert.equal(refused({ listen, certificate: "/c", key: "/k" }), undefined, listen);
  }
});

Deno.test("half of TLS is refused", () => {
  assert.match(refused({ certificate: "/c" })!, /key is missing/);
  assert.match(refused({ key: "/k" })!, /certificate is missing/);
  assert.match(refused({ clientCa: "/ca" })!, /client ca needs certificate and key/);
});

Deno.test("what is no address is shown", () => {
  for (
    const text of ["localhost:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "::1:5", "1:2"]
  ) {
    assert.throws(
      () => parseListenAddress(text),
      (error) =>
        error instanceof AdminSettingsError && error.message.includes(`${text}: write an address`),
      text,
    );
  }
  assert.throws(() => parseListenAddress("300.0.0.1:1"), AdminSettingsError);
  assert.throws(() => parseListenAddress("[fe80::zz]:1"), AdminSettingsError);
});
