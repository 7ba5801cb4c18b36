import assert from "node:assert/strict";
import { Cluster, debian, debianAvailable, ours } from "../../testing/cluster/cluster.ts";

/** One run of Debian's `ctdb`, on node 0 unless it says else. */
interface Step {
  readonly args: readonly string[];
  readonly node?: number;
  /** Wait until all nodes are healthy before the next step. */
  readonly settle?: boolean;
  /** Figures are compared as to where they stand, not what they are. */
  readonly figures?: boolean;
}

const step = (args: string, more: Omit<Step, "args"> = {}): Step => ({
  args: args.split(" "),
  ...more,
});

/** What an administrator asks, in an order that leaves nothing behind that the next step minds. */
const STEPS: readonly Step[] = [
  step("status"),
  step("status", { node: 2 }),
  step("-X status"),
  step("nodestatus"),
  step("nodestatus all"),
  step("nodestatus 1"),
  step("listnodes"),
  step("-X listnodes"),
  step("pnn"),
  step("pnn", { node: 1 }),
  step("ping", { figures: true }),
  step("ping -n all", { figures: true }),
  step("getpid", { figures: true }),
  step("uptime", { figures: true }),
  step("runstate"),
  step("runstate RUNNING"),
  step("runstate STARTUP"),
  step("getcapabilities"),
  step("-X getcapabilities"),
  step("getreclock"),
  step("getdebug"),
  step("setdebug INFO"),
  step("getdebug"),
  step("setdebug nonsense"),
  step("setdebug NOTICE"),
  step("listvars"),
  step("getvar RecoverInterval"),
  step("getvar recoverinterval"),
  step("getvar NoSuchTunable"),
  step("setvar MonitorInterval 7"),
  step("getvar MonitorInterval"),
  step("setvar MonitorInterval nonsense"),
  step("setvar NoSuchTunable 1"),
  step("setvar MaxRedirectCount 3"),
  step("getdbmap"),
  step("attach vol.tdb"),
  step("attach pers.tdb persistent"),
  step("attach repl.tdb replicated"),
  step("attach pers.tdb"),
  step("attach vol.tdb persistent"),
  step("getdbmap"),
  step("getdbmap", { node: 2 }),
  step("-X getdbmap"),
  step("getdbstatus vol.tdb"),
  step("getdbstatus pers.tdb"),
  step("getdbstatus repl.tdb"),
  step("getdbstatus nosuch.tdb"),
  step("getdbstatus 0x900f773e"),
  step("writekey vol.tdb key value"),
  step("readkey vol.tdb key"),
  step("readkey vol.tdb key", { node: 1 }),
  step("writekey vol.tdb key other", { node: 2 }),
  step("readkey vol.tdb key"),
  step("readkey vol.tdb absent"),
  step("readkey nosuch.tdb key"),
  step("deletekey vol.tdb key"),
  step("readkey vol.tdb key"),
  step("pstore pers.tdb key value"),
  step("pfetch pers.tdb key", { node: 1 }),
  step("pfetch pers.tdb absent"),
  step("pfetch vol.tdb key"),
  step("pstore pers.tdb second 2", { node: 2 }),
  step("catdb pers.tdb"),
  step("pdelete pers.tdb second", { node: 1 }),
  step("pfetch pers.tdb second"),
  step("getdbseqnum pers.tdb"),
  step("getdbseqnum pers.tdb", { node: 2 }),
  step("pstore repl.tdb key value"),
  step("pfetch repl.tdb key", { node: 2 }),
  step("writekey vol.tdb a 1"),
  step("writekey vol.tdb b 2", { node: 1 }),
  step("writekey vol.tdb c 3", { node: 2 }),
  step("cattdb pers.tdb"),
  step("setdbreadonly vol.tdb"),
  step("setdbsticky vol.tdb"),
  step("getdbstatus vol.tdb"),
  step("setdbreadonly pers.tdb"),
  step("dbstatistics vol.tdb", { figures: true }),
  step("statistics", { figures: true }),
  step("statisticsreset"),
  step("wipedb vol.tdb"),
  step("readkey vol.tdb a"),
  step("wipedb pers.tdb"),
  step("pfetch pers.tdb key"),
  step("detach vol.tdb"),
  step("process-exists 1"),
  step("ip"),
  step("ip all"),
  step("ifaces"),
  step("gettickles 10.0.0.1"),
  step("ipinfo 10.0.0.1"),
  step("disable -n 1"),
  step("nodestatus all"),
  step("disable -n 1"),
  step("enable -n 1", { settle: true }),
  step("enable -n 1"),
  step("stop -n 2"),
  step("nodestatus 2"),
  step("continue -n 2", { settle: true }),
  step("ban 60 -n 1"),
  step("nodestatus 1"),
  step("showban -n 1"),
  step("unban -n 1", { settle: true }),
  step("showban -n 1"),
  step("ban nonsense"),
  step("recover", { settle: true }),
  step("reloadnodes"),
  step("setlmasterrole off -n 1", { settle: true }),
  step("getcapabilities -n 1"),
  step("setlmasterrole on -n 1", { settle: true }),
  step("status -n 1"),
  step("status -n 7"),
  step("ping -n 7"),
  step("nosuchcommand"),
  step("attach"),
];

/** An answer with what is each cluster's own taken out of it. */
interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function answers(cluster: Cluster): Promise<Answer[]> {
  const all: Answer[] = [];
  for (const { args, node = 0, settle, figures } of STEPS) {
    const { exit, stdout, stderr } = await cluster.node(node).ctdb(args, debian);
    const same = (text: string) => normalised(text, cluster, figures ?? false);
    all.push({ exit, stdout: same(stdout), stderr: same(stderr) });
    if (settle) await cluster.untilHealthy();
  }
  return all;
}

function normalised(text: string, cluster: Cluster, figures: boolean): string {
  let same = text.replaceAll(cluster.directory, "DIR");
  for (const node of cluster.nodes) same = same.replaceAll(node.address, `ADDRESS${node.pnn}`);
  same = same
    .replaceAll(/Generation:\d+/g, "Generation:N")
    .replaceAll(/Leader:\d/g, "Leader:N")
    // Addresses of other lengths are padded otherwise.
    .replaceAll(/(ADDRESS\d) +/g, "$1 ")
    // Since when a client counts, and how two lines with one time are cut, differ from run to run.
    .replaceAll(/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d+ \[\s*\d+\]: /g, "");
  if (!figures) return same;
  return same.replaceAll(/\w{3} \w{3} +\d+ [\d:]+ \d{4}/g, "TIME")
    .replaceAll(/\d+(\.\d+)?(e[-+]\d+)?/g, "N").replaceAll(/ +/g, " ");
}

Deno.test({
  name: "Debian's ctdb hears the same from our daemons as from Debian's, command by command",
  ignore: !debianAvailable,
  fn: async (t) => {
    const tunables = { RerecoveryTimeout: 1 };
    await using theirs = await Cluster.start({ nodes: [debian, debian, debian], tunables });
    const expected = await answers(theirs);
    await theirs.stop();
    await using own = await Cluster.start({ nodes: [ours, ours, ours], tunables });
    const found = await answers(own);
    for (const [i, { args, node = 0 }] of STEPS.entries()) {
      await t.step(`ctdb ${args.join(" ")}, on node ${node}, step ${i}`, () => {
        assert.deepEqual(found[i], expected[i]);
      });
    }
  },
});
