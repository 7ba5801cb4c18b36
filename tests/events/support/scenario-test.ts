import { debianMissing, exists, sandboxMissing } from "./sandbox.ts";

/** A test that runs scripts in namespaces; skipped, with the reason in its name, where it cannot. */
export function scenarioTest(name: string, body: () => Promise<void>): void {
  registerTest(name, sandboxMissing, body);
}

const nftMissing = sandboxMissing !== ""
  ? sandboxMissing
  : await exists("/usr/sbin/nft")
  ? ""
  : "nft is not installed";

/** A test that needs nft too. */
export function nftTest(name: string, body: () => Promise<void>): void {
  registerTest(name, nftMissing, body);
}

/** A test that needs Debian's scripts too. */
export function comparisonTest(name: string, body: () => Promise<void>): void {
  registerTest(name, debianMissing, body);
}

/** A test that is skipped if something is missing: an empty reason is none. */
export function registerTest(name: string, missing: string, body: () => Promise<void>): void {
  const suffix = missing === "" ? "" : ` (skipped: ${missing})`;
  Deno.test({ name: name + suffix, ignore: missing !== "", fn: body });
}
