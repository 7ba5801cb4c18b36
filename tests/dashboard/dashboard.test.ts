/** The dashboard in a browser, on a real cluster that has accidents. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { Cluster, ours } from "../../testing/cluster/cluster.ts";
import { browserAvailable, Looker, NIGHT, PHONE, picture } from "./support/browser.ts";
import { web } from "./support/web.ts";

const ADDRESSES = ["192.168.78.1", "192.168.78.2", "192.168.78.3"];
const SCRIPT = `#!/bin/sh
case "$1" in monitor) if [ -e "$CTDB_BASE/sick" ]; then echo "port 445 is silent"; exit 1; fi ;; esac
exit 0
`;

/** Chooses from the menu of a row, and says yes. */
async function choose(page: Page, menu: string, value: string, confirm: string): Promise<void> {
  await page.selectOption(menu, value);
  const dialog = page.locator("dialog");
  await dialog.waitFor();
  assert.ok((await dialog.locator("p").first().innerText()).length > 30, "it says what happens");
  await dialog.getByRole("button", { name: confirm }).click();
  await dialog.waitFor({ state: "detached" });
}

const stateOf = (pnn: number, state: string) =>
  `#nodes tr[data-node="${pnn}"][data-state="${state}"]`;
const hostOf = (pnn: number, address: string) => `[data-lane="${pnn}"] [data-address="${address}"]`;

Deno.test({
  name: "the dashboard shows a cluster that has accidents, and operators repair it",
  ignore: !browserAvailable,
}, async (t) => {
  await using cluster = await Cluster.start({
    nodes: [ours, ours, ours],
    conf: { admin: { listen: "127.0.0.1:0" } },
    // A node that does not answer stays connected for as long as anybody looks.
    tunables: { MonitorInterval: 1, KeepaliveInterval: 60 },
    files: {
      "public_addresses": ADDRESSES.map((address) => `${address}/24 lo\n`).join(""),
      "events/legacy/50.samba.script": SCRIPT,
    },
  });
  const first = cluster.node(0);
  await first.ctdb(["attach", "locking.tdb"]);
  const operator = web(first);
  await using _operator = operator.program;
  const viewer = web(first, "--read-only");
  await using _viewer = viewer.program;
  await using looker = await Looker.start();
  const page = await looker.open(await operator.next());

  await t.step("all is well, at first glance, in every colour and size", async () => {
    await page.waitForSelector(".verdict.ok");
    assert.equal(await page.locator("h1").innerText(), "The cluster is well");
    for (const pnn of [0, 1, 2]) await page.waitForSelector(stateOf(pnn, "ok"));
    for (const address of ADDRESSES) {
      await page.waitForSelector(`[data-lane] [data-address="${address}"]`);
    }
    await page.waitForSelector(".matrix tbody tr:nth-child(3) td:nth-child(2) small");
    assert.ok(!page.url().includes("once"), "the token is not left in the address bar");
    await picture(page, "well-light");
    for (const [name, look] of [["dark", NIGHT], ["phone", PHONE]] as const) {
      const other = await looker.open(await operator.next(), look);
      await other.waitForSelector(".verdict.ok");
      await picture(other, `well-${name}`);
      const overflow = "document.documentElement.scrollWidth - innerWidth";
      assert.equal(await other.evaluate(overflow), 0, `${name}: nothing sticks out`);
      await other.close();
    }
  });

  await t.step("an operator moves an address, by the menu and by dragging", async () => {
    const from = await page.locator(`[data-lane]:has([data-address="${ADDRESSES[0]}"])`)
      .getAttribute("data-lane");
    const to = (Number(from) + 1) % 3;
    await choose(page, `[data-address="${ADDRESSES[0]}"] select`, String(to), "Move");
    await page.waitForSelector(hostOf(to, ADDRESSES[0]!));
    await page.waitForSelector('.events li[data-kind="address-taken"]');
    const back = Number(from);
    await page.locator(`[data-address="${ADDRESSES[0]}"] .mono`)
      .dragTo(page.locator(`[data-lane="${back}"]`));
    await page.getByRole("button", { name: "Move", exact: true }).click();
    await page.waitForSelector(hostOf(back, ADDRESSES[0]!));
  });

  await t.step("by keyboard alone a node is disabled and enabled", async () => {
    await page.locator('#nodes tr[data-node="1"] select').focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector("dialog");
    const focused = () => page.evaluate("document.activeElement.textContent");
    for (let tabs = 0; tabs < 4 && await focused() !== "Disable"; tabs++) {
      await page.keyboard.press("Tab");
    }
    assert.equal(await focused(), "Disable");
    await page.keyboard.press("Enter");
    await page.waitForSelector(stateOf(1, "disabled"));
    await page.waitForSelector(".verdict.warning, .verdict.error");
    await picture(page, "disabled-light");
    await page.waitForSelector("dialog", { state: "detached" });
    await choose(page, '#nodes tr[data-node="1"] select', "enable", "Enable");
    await page.waitForSelector(stateOf(1, "ok"));
  });

  await t.step("a script that fails shows with its last words", async () => {
    await Deno.writeTextFile(`${first.base}/sick`, "");
    await page.waitForSelector('#scripts li[data-script="50.samba"][data-state="failed"]');
    await page.waitForSelector('.findings :text("port 445 is silent")');
    await page.waitForSelector('.events li[data-kind="script-failed"] :text("port 445 is silent")');
    await page.waitForSelector(".verdict.error");
    await picture(page, "script-light");
    await Deno.remove(`${first.base}/sick`);
    await page.waitForSelector(".verdict.ok");
  });

  await t.step(
    "a node that is killed is missing, and the recovery is in the timeline",
    async () => {
      const recoveries = page.locator('.events li[data-kind="recovery-finished"]');
      const before = await recoveries.count();
      await cluster.node(2).kill();
      await page.waitForSelector(stateOf(2, "disconnected"));
      await cluster.until("the recovery shows", async () => await recoveries.count() > before);
      await page.waitForSelector('.findings :text("Node 2 is disconnected")');
      await picture(page, "killed-light");
      const night = await looker.open(await operator.next(), NIGHT);
      await night.waitForSelector('.findings :text("Node 2 is disconnected")');
      await picture(night, "killed-dark");
      await night.close();
      cluster.node(2).start();
      await page.waitForSelector(stateOf(2, "ok"));
    },
  );

  await t.step("an operator sets a tunable, told what it leads to", async () => {
    await page.getByRole("button", { name: /^Show all \d+$/ }).last().click();
    const row = page.locator('[data-tunable="RerecoveryTimeout"]');
    await row.getByRole("button", { name: "Set RerecoveryTimeout" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog");
    await dialog.locator(':text("No recovery follows a successful one")').waitFor();
    await picture(page, "tunable-light");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("7");
    await dialog.locator('select[name="node"]').selectOption("1");
    await dialog.getByRole("button", { name: "Set", exact: true }).click();
    await dialog.waitFor({ state: "detached" });
    await row.locator(':text("node 0: 10 s, node 1: 7 s, node 2: 10 s")').waitFor();
    const { stdout } = await cluster.node(1).ctdb(["getvar", "RerecoveryTimeout"]);
    assert.match(stdout, /= 7$/m);
    await row.getByRole("button").click();
    await dialog.locator('input[name="value"]').fill("10");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await row.locator('td:nth-child(2):text-is("10 s")').waitFor();
    await page.waitForSelector('.events :text("ctdb -n 1 setvar RerecoveryTimeout 10")');
  });

  await t.step("what cannot be looked up is shown as what it was", async () => {
    Deno.kill(first.pid, "SIGSTOP");
    try {
      await page.waitForSelector(".verdict.error");
      assert.equal(await page.locator("h1").innerText(), "This node does not answer");
      assert.match(await page.locator(".verdict p").first().innerText(), /shown below is of \d/);
      for (const part of ["Nodes", "Public addresses", "Databases", "Event scripts", "Tunables"]) {
        await page.waitForSelector(`[data-late="${part}"] .late-note:has-text("as of")`);
      }
      assert.equal(await page.locator(".live").innerText(), "not live");
      await picture(page, "silent-light");
    } finally {
      Deno.kill(first.pid, "SIGCONT");
    }
    await page.waitForSelector(".verdict.ok");
    await page.waitForSelector("[data-late]", { state: "detached" });
    await page.waitForSelector('[data-tunable="RerecoveryTimeout"]'); // what was opened is open
    await page.waitForSelector(".live.on");
  });

  await t.step(
    "what others know of a node that does not answer is shown, and that it is old",
    async () => {
      const { pid } = cluster.node(2);
      Deno.kill(pid, "SIGSTOP");
      try {
        await page.waitForSelector('tr[data-node="2"] :text("silent since")');
        for (const part of ["Public addresses", "Databases", "Tunables"]) {
          await page.waitForSelector(`[data-silent="2"]:has-text("${part}: node 2")`);
        }
        await page.waitForSelector('.findings :text("Node 2 is connected but does not answer")');
        assert.equal(await page.locator(".lane.homeless").count(), 0);
        await picture(page, "one-silent-light");
      } finally {
        Deno.kill(pid, "SIGCONT");
      }
      await page.waitForSelector(".verdict.ok");
      await page.waitForSelector("[data-silent]", { state: "detached" });
    },
  );

  await t.step("a token that is revoked ends what the page shows", async () => {
    const listens = /Admin API listens: (127\.0\.0\.1:\d+)/;
    const [, address] = listens.exec(first.log())!;
    const { stdout } = await first.ctdb(["--json", "token", "create", "--role=viewer"]);
    const made = JSON.parse(stdout);
    const asked = await looker.visit(`http://${address}/`);
    await asked.fill('input[name="token"]', "ctdb_no_such_token");
    await asked.keyboard.press("Enter");
    await asked.waitForSelector(':text("The token is wrong")');
    await asked.fill('input[name="token"]', made.token);
    await asked.keyboard.press("Enter");
    await asked.waitForSelector(stateOf(2, "ok"));
    await first.ctdb(["token", "revoke", made.id]);
    await asked.waitForSelector("form.token");
    assert.equal(await asked.locator("#nodes").count(), 0);
    await picture(asked, "token-light");
    await asked.close();
  });

  await t.step("a viewer sees all of it and can change nothing", async () => {
    const seen = await looker.open(await viewer.next());
    await seen.waitForSelector(stateOf(2, "ok"));
    assert.equal(await seen.locator("#nodes select").count(), 0);
    assert.equal(await seen.locator("#addresses select").count(), 0);
    assert.equal(await seen.locator('button:has-text("Recover")').count(), 0);
    await seen.waitForSelector("#tunables");
    assert.equal(await seen.locator('#tunables button:has-text("Set …")').count(), 0);
    const status = await seen.evaluate(`fetch("/v1/nodes/1/disable", {
      method: "POST",
      headers: { authorization: "Bearer " + sessionStorage.getItem("ctdb-token") },
    }).then(({ status }) => status)`);
    assert.equal(status, 403);
    await seen.close();
  });

  await t.step("the page goes on over a restart of the daemon", async () => {
    await first.kill();
    await page.waitForSelector(".verdict.error");
    first.start();
    await page.waitForSelector(".verdict.ok");
    await page.waitForSelector(".live.on");
  });
  // While the daemon was away, and for the refusal, there were answers that are no success.
  const defects = looker.complaints.filter((text) => !text.includes("Failed to load resource"));
  assert.deepEqual(defects, []);
});
