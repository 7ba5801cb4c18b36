/**
 * Whether the time that a wrong token takes tells how wrong it is: each kind of wrong token against the
 * one whose last letter alone is wrong, in random order, by Welch's t of the times below the 90th
 * percentile (the rest is the machine). Beyond 4.5 is a leak.
 *
 * What has not even the form of a token is answered a microsecond earlier; the form is no secret.
 *
 * `deno run -A bench/token-timing.ts [ROUNDS]`
 * @module
 */
import { Tokens } from "../lib/admin/mod_measured.ts";
import { say } from "../tools/console.ts";

const ROUNDS = Number(Deno.args[0] ?? 20_000);
const LEAK = 4.5;
const KEPT_SHARE = 0.9;

const kept = new Map<string, never>();
const tokens = await Tokens.load({
  load: () => Promise.resolve([]),
  put: () => Promise.resolve(void kept.clear()),
  remove: () => Promise.resolve(),
});
const { text } = await tokens.create({ name: "", role: "viewer", expires_s: null });
const changed = (at: number) =>
  text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
const secretAt = text.lastIndexOf("_") + 1;
const REFERENCE = "last letter wrong";
const kinds: Readonly<Record<string, string>> = {
  [REFERENCE]: changed(text.length - 1),
  "first letter wrong": changed(secretAt),
  "all letters wrong": text.slice(0, secretAt) + "f".repeat(text.length - secretAt),
  "unknown id": `ctdb_${"0".repeat(12)}_${text.slice(secretAt)}`,
  "the same again": changed(text.length - 1),
};

const times = new Map(Object.keys(kinds).map((kind) => [kind, [] as number[]]));
for (let round = 0; round < ROUNDS; round++) {
  const order = Object.entries(kinds).toSorted(() => Math.random() - 0.5);
  for (const [kind, token] of order) {
    const start_ms = performance.now();
    await tokens.identify(token);
    times.get(kind)!.push((performance.now() - start_ms) * 1000);
  }
}

/** Mean and variance of the times that are not the machine's. */
function moments(values: readonly number[]) {
  const usual = values.toSorted((a, b) => a - b).slice(0, values.length * KEPT_SHARE);
  const mean = usual.reduce((sum, value) => sum + value, 0) / usual.length;
  const variance = usual.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (usual.length - 1);
  return { mean, variance, count: usual.length };
}

const reference = moments(times.get(REFERENCE)!);
for (const [kind, values] of times) {
  const of = moments(values);
  const spread = Math.sqrt(of.variance / of.count + reference.variance / reference.count);
  const t = (of.mean - reference.mean) / spread;
  const verdict = Math.abs(t) > LEAK ? "LEAK" : "";
  say(`${kind.padEnd(20)} ${of.mean.toFixed(3)} us  t ${t.toFixed(2)} ${verdict}`);
}
