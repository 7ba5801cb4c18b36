/** What a node hosts is told when it is news. */
import assert from "node:assert/strict";
import type { Happening } from "../../../lib/base/mod.ts";
import { HostedAddresses } from "../../../lib/admin/story/hosted-addresses.ts";

const taken: Happening = { kind: "address-taken", address: "10.0.0.9", interface: "eth0" };

Deno.test("an address that is hosted already is no news, one that moved is", () => {
  const hosted = new HostedAddresses();
  assert.ok(hosted.isNews(taken));
  assert.ok(!hosted.isNews(taken));
  assert.ok(hosted.isNews({ ...taken, interface: "eth1" }));
  assert.ok(hosted.isNews({ kind: "address-released", address: "10.0.0.9", to: 1 }));
  assert.ok(hosted.isNews(taken));
});

Deno.test("an address that another node had while this one stood still is news when it is back", () => {
  const hosted = new HostedAddresses();
  assert.ok(hosted.isNews(taken));
  hosted.heard({ kind: "address-released", address: "10.0.0.9", to: 2 });
  assert.ok(!hosted.isNews(taken));
  hosted.heard(taken);
  assert.ok(hosted.isNews(taken));
});
