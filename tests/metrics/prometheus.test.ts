/** Debian's Prometheus on a real cluster: it scrapes all nodes, and faults make their alerts fire. */
import assert from "node:assert/strict";
import { Cluster, type ClusterNode, ours, waitFor } from "../../testing/mod.ts";
import { askAdmin } from "../support/admin-client.ts";
import {
  available,
  Prometheus,
  promtool,
  RULES,
  scrapeTargets,
  socketOf,
} from "./support/prometheus.ts";

const ADDRESS = "192.168.79.1";
const SCRIPT = `#!/bin/sh
case "$1" in monitor) [ ! -e "$CTDB_BASE/sick" ] ;; *) exit 0 ;; esac
`;

const DASHBOARD = new URL("../../share/grafana-dashboard.json", import.meta.url).pathname;

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
    readonly targets: readonly { readonly refId: string; readonly expr: string }[];
  }[];
}

Deno.test("the Grafana dashboard is one that Grafana can show: ids, places, kinds of panels", async () => {
  const { panels } = JSON.parse(await Deno.readTextFile(DASHBOARD)) as Dashboard;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, type, gridPos: { x, y, w, h }, targets } of panels) {
    assert.match(type, /^(stat|timeseries|table|state-timeline|bargauge)$/, title);
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
    assert.ok(x + w <= 24, title);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert.ok(!taken.has(`${column} ${row}`), `${title} lies over another panel`);
        taken.add(`${column} ${row}`);
      }
    }
  }
});

Deno.test({
  name: "Prometheus scrapes three nodes, and each fault fires its alert",
  ignore: !available,
}, async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    tunables: { MonitorInterval: 1, RerecoveryTimeout: 1 },
    conf: { admin: { listen: "127.0.0.1:0" } },
    files: {
      "public_addresses": `${ADDRESS}/24 lo\n`,
      "events/legacy/50.samba.script": SCRIPT,
    },
  });
  const [first, second, third] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  const nodes = await scrapeTargets(cluster);
  await first.ctdb(["attach", "locking.tdb"]);

  await t.step("promtool has nothing to say", async () => {
    const { text } = await askAdmin(socketOf(first), "/metrics");
    assert.equal(await promtool(["check", "metrics"], text), "");
    assert.match(await promtool(["check", "rules", RULES]), /SUCCESS/);
  });

  await t.step("every metric and every alert is explained", async () => {
    const { text } = await askAdmin(socketOf(first), "/metrics");
    const pages = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
    const names = [...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]!);
    assert.ok(names.length > 30, names.join());
    assert.deepEqual(names.filter((name) => !pages.includes(name)), []);
    const alerts = [...(await Deno.readTextFile(RULES)).matchAll(/alert: (\w+)/g)];
    assert.deepEqual(alerts.map(([, name]) => name!).filter((name) => !pages.includes(name)), []);
  });

  await using prometheus = await Prometheus.start(nodes);
  const act = (node: ClusterNode, path: string, body?: unknown) =>
    askAdmin(socketOf(node), path, { method: "POST", ...(body === undefined ? {} : { body }) });

  await t.step("the server scrapes all three", async () => {
    await waitFor("three nodes are up", async () => {
      const up = await prometheus.query('sum(up{job="ctdb"})');
      return up[0] === 3;
    }, { timeout_ms: 60_000 });
    await waitFor(
      "metrics arrive",
      async () => (await prometheus.query("ctdb_node_ok")).length === 3,
    );
    // A scrape may come too late on a busy machine, and a core be slow: that passes.
    await waitFor(
      "one leader",
      async () => (await prometheus.query("sum(ctdb_is_leader)"))[0] === 1,
    );
    await waitFor("no alert fires", async () => (await prometheus.firing()).length === 0);
  });

  await t.step("every query of the Grafana dashboard is answered with series", async () => {
    const dashboard = JSON.parse(await Deno.readTextFile(DASHBOARD)) as Dashboard;
    assert.ok(dashboard.panels.length > 10);
    for (const { title, targets } of dashboard.panels) {
      for (const { expr } of targets) {
        // What only shows flags that are set has nothing to show now.
        const query = expr.replace(/ == 1$/, "");
        await waitFor(
          `series for ${title}: ${expr}`,
          async () => (await prometheus.query(query)).length > 0,
          { timeout_ms: 60_000 },
        );
      }
    }
  });

  await t.step("a script that fails", async () => {
    await Deno.writeTextFile(`${third.base}/sick`, "");
    await prometheus.fires("CtdbScriptFails");
    await prometheus.fires("CtdbNodeNotOk");
    await Deno.remove(`${third.base}/sick`);
    await cluster.untilHealthy();
  });

  await t.step("addresses that nobody may host", async () => {
    for (const { pnn } of cluster.nodes) await act(first, `/v1/nodes/${pnn}/disable`);
    await prometheus.fires("CtdbAddressUnassigned");
    for (const { pnn } of cluster.nodes) await act(first, `/v1/nodes/${pnn}/enable`);
    await cluster.untilHealthy();
  });

  await t.step("a node that is banned", async () => {
    assert.equal((await act(first, `/v1/nodes/${second.pnn}/ban`, { seconds: 300 })).status, 200);
    await prometheus.fires("CtdbNodeBanned");
    await act(first, `/v1/nodes/${second.pnn}/unban`);
    await cluster.untilHealthy();
  });

  await t.step("recoveries again and again", async () => {
    for (let count = 0; count < 6; count++) await act(first, "/v1/recover");
    await prometheus.fires("CtdbRecoveryStorm");
  });

  await t.step("a node that is killed", async () => {
    await second.kill();
    await prometheus.fires("CtdbNodeDown");
    await prometheus.fires("CtdbLinkDown");
  });
});

Deno.test({
  name: "every alert fires at the series of its fault, and not before",
  ignore: !available,
}, async () => {
  const directory = await Deno.makeTempDir({ prefix: "admin-alerts-" });
  try {
    const rules = await Deno.readTextFile(RULES);
    const cases = await Deno.readTextFile(new URL("./alerts-fire.yml", import.meta.url));
    for (const [, alert] of rules.matchAll(/alert: (\w+)/g)) {
      assert.ok(cases.includes(`alertname: ${alert}\n`), `no case for ${alert}`);
    }
    // What is said of an alert is for people; what makes it fire is tested.
    const bare = rules.replace(/^ +annotations:\n(?: {10}.*\n)+/gm, "");
    await Deno.writeTextFile(`${directory}/alerts.yml`, bare);
    await Deno.writeTextFile(`${directory}/cases.yml`, cases);
    assert.match(await promtool(["test", "rules", `${directory}/cases.yml`]), /SUCCESS/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
