/** Debian's Prometheus and promtool beside a cluster of ours. @module */
import assert from "node:assert/strict";
import { type Cluster, type ClusterNode, waitFor } from "../../../testing/mod.ts";
import { askAdmin } from "../../support/admin-client.ts";
import { runCommand, spawnCommand } from "../../../testing/process/command.ts";

const PROMETHEUS = "/usr/bin/prometheus";
const PROMTOOL = "/usr/bin/promtool";
/** Whether Debian's package is there. */
export const available = [PROMETHEUS, PROMTOOL].every((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});
/** The alerts that we ship. */
export const RULES = new URL("../../../share/alerts.yml", import.meta.url).pathname;
/** The rules with short waits: what an alert is made of stays, how long it must last does not. */
function impatient(rules: string): string {
  return rules.replace(/for: \S+/g, "for: 1s").replace(
    "groups:\n  - name: ctdb",
    (text) => `${text}\n    interval: 1s`,
  );
}

/** Where a node listens for scrapes. */
function targetOf(node: ClusterNode): string {
  const log = Deno.readTextFileSync(node.logFile);
  return [...log.matchAll(/listens: (127\.0\.0\.1:\d+)/g)].at(-1)![1]!;
}

/** What promtool says; fails when it complains. */
export async function promtool(args: readonly string[], input = ""): Promise<string> {
  const { exit, stdout, stderr } = await runCommand([PROMTOOL, ...args], { stdin: input });
  const text = stdout + stderr;
  assert.equal(exit, 0, text);
  return text;
}

/** A node that is scraped. */
export interface ScrapeTarget {
  readonly target: string;
  readonly token: string;
}

/** The nodes of a cluster whose `[admin] listen` is set, with a token for each. */
export async function scrapeTargets(cluster: Cluster): Promise<readonly ScrapeTarget[]> {
  const targets: ScrapeTarget[] = [];
  for (const node of cluster.nodes) {
    const socket = socketOf(node);
    await cluster.until("the API listens", () => askAdmin(socket, "/livez").then(() => true));
    const body = { role: "viewer", name: "prometheus" };
    const made = await askAdmin(socket, "/v1/tokens", { method: "POST", body });
    targets.push({ target: targetOf(node), token: String(made.at("token")) });
  }
  return targets;
}

/** Where a node's API is without a token. */
export function socketOf(node: ClusterNode): string {
  return `${node.base}/run/admin.socket`;
}

interface QueryResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time_s: number, value: string];
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly QueryResult[] };
}

/** How long a fault may take until its alert fires: ten times what it needs. */
const FIRES_TIMEOUT_MS = 120_000;

/** A Prometheus that scrapes the nodes every second or so. */
export class Prometheus implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #directory: string;
  readonly #url: string;

  private constructor(child: Deno.ChildProcess, directory: string, url: string) {
    this.#child = child;
    this.#directory = directory;
    this.#url = url;
  }

  /** @param every_s between two scrapes; an answer may take as long */
  static async start(nodes: readonly ScrapeTarget[], every_s = 1): Promise<Prometheus> {
    const directory = await Deno.makeTempDir({ prefix: "admin-prometheus-" });
    const rules = impatient(await Deno.readTextFile(RULES));
    await Deno.writeTextFile(`${directory}/alerts.yml`, rules);
    const jobs = nodes.map(({ target, token }, i) => `
  - job_name: ctdb-${i}
    authorization: { credentials: "${token}" }
    static_configs: [ { targets: ["${target}"] } ]
    relabel_configs: [ { target_label: job, replacement: ctdb } ]`);
    await Deno.writeTextFile(
      `${directory}/prometheus.yml`,
      `global: { scrape_interval: ${every_s}s, scrape_timeout: ${every_s}s, evaluation_interval: 1s }
rule_files: [alerts.yml]
scrape_configs:${jobs.join("")}\n`,
    );
    for (;;) {
      const port = freePort();
      const child = spawnCommand([
        PROMETHEUS,
        `--config.file=${directory}/prometheus.yml`,
        `--storage.tsdb.path=${directory}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--log.level=error",
      ], { stdout: "null", stderr: "null" });
      // Somebody may have taken the port meanwhile: then there is another.
      if (await isReady(child, port)) {
        return new Prometheus(child, directory, `http://127.0.0.1:${port}`);
      }
    }
  }

  /** The value of a query, one number per series. */
  async query(query: string): Promise<number[]> {
    return (await this.#results(query)).map(({ value }) => Number(value[1]));
  }

  async #results(query: string): Promise<readonly QueryResult[]> {
    const url = `${this.#url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = await (await fetch(url)).json() as QueryAnswer;
    assert.ok(answer.status === "success", `${query}: ${answer.error}`);
    return answer.data.result;
  }

  /** Waits until an alert fires. */
  async fires(alert: string): Promise<void> {
    await waitFor(`alert ${alert}`, async () => (await this.firing()).includes(alert), {
      timeout_ms: FIRES_TIMEOUT_MS,
    });
  }

  /** Waits until an alert does not fire any more. */
  async ceases(alert: string): Promise<void> {
    await waitFor(`end of alert ${alert}`, async () => !(await this.firing()).includes(alert), {
      timeout_ms: FIRES_TIMEOUT_MS,
    });
  }

  /** The names of the alerts that fire. */
  async firing(): Promise<readonly string[]> {
    const results = await this.#results('ALERTS{alertstate="firing"}');
    return results.map(({ metric }) => metric.alertname ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#directory, { recursive: true });
  }
}

/** Waits until a Prometheus serves; false if it has ended. */
async function isReady(child: Deno.ChildProcess, port: number): Promise<boolean> {
  let ended = false;
  void child.status.then(() => ended = true);
  await waitFor("Prometheus is ready", async () => {
    return ended || (await fetch(`http://127.0.0.1:${port}/-/ready`)).ok;
  });
  return !ended;
}

/** A port of 127.0.0.1 that nobody has now. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
