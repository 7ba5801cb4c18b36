import assert from "node:assert/strict";
import { registerTest } from "./support/scenario-test.ts";
import { runCommand, succeeds } from "../../testing/process/command.ts";

const events = new URL("../../events.d/", import.meta.url).pathname;
const support = new URL("./support/", import.meta.url).pathname;
const lab = new URL("../interop/lab/", import.meta.url).pathname;
const maintainer = new URL("../../packaging/debian/", import.meta.url).pathname;

async function findPrograms(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}${entry.name}`;
    if (entry.isDirectory) found.push(...await findPrograms(`${path}/`));
    else if (entry.isFile && !/\.md$|^README$|^\./.test(entry.name)) found.push(path);
  }
  return found.sort();
}

async function output(command: string, args: string[]): Promise<{ code: number; text: string }> {
  const { exit, stdout, stderr } = await runCommand([command, ...args]);
  return { code: exit, text: stdout + stderr };
}

const available = succeeds(["shellcheck", "--version"]);

registerTest("shellcheck has nothing to say", available ? "" : "no shellcheck", async () => {
  const programs = [...await findPrograms(events), `${support}stub.sh`, `${support}sandbox.sh`];
  const files = programs.filter((path) => !/\.check$|script\.options$/.test(path));
  assert.ok(files.length > 40);
  // It reads the functions anew for each script: two at a time.
  const halves = [0, 1].map((half) => files.filter((_, index) => index % 2 === half));
  for (
    const { code, text } of await Promise.all(
      halves.map((half) => output("shellcheck", ["-s", "sh", ...half])),
    )
  ) {
    assert.equal(text, "");
    assert.equal(code, 0);
  }
});

registerTest(
  "shellcheck has nothing to say about the lab, the package and CI",
  available ? "" : "no shellcheck",
  async () => {
    const scripts = ["postinst", "prerm", "postrm"].map((name) => `${maintainer}${name}`);
    const parts = (await findPrograms(lab)).filter((path) => !path.endsWith(".py"));
    assert.ok(parts.length > 10);
    const jobs = ["run", "bare-root"].map((name) =>
      new URL(`../../.ci/${name}`, import.meta.url).pathname
    );
    const { code, text } = await output("shellcheck", [...scripts, ...parts, ...jobs]);
    assert.equal(text, "");
    assert.equal(code, 0);
  },
);

Deno.test("every program is executable, and every part that is only sourced is not", async () => {
  for (const path of await findPrograms(events)) {
    const sourced = /functions$|functions\.d\/|\.check$|script\.options$/.test(path);
    const { mode } = await Deno.stat(path);
    assert.equal(((mode ?? 0) & 0o111) !== 0, !sourced, path);
    const text = await Deno.readTextFile(path);
    assert.equal(text.startsWith("#!/bin/sh\n"), !sourced, path);
  }
});

Deno.test("scripts have the stock names, and names that the daemon takes", async () => {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${events}scripts`)) names.push(name);
  assert.deepEqual(
    names.sort(),
    [
      "00.ctdb",
      "01.reclock",
      "05.system",
      "06.nfs",
      "10.interface",
      "11.natgw",
      "11.routing",
      "13.per_ip_routing",
      "15.network",
      "20.multipathd",
      "31.clamd",
      "40.vsftpd",
      "41.httpd",
      "46.update-keytabs",
      "47.samba-dcerpcd",
      "48.netbios",
      "49.winbind",
      "50.samba",
      "60.nfs",
      "70.iscsi",
      "91.lvs",
      "95.database",
    ].map((name) => `${name}.script`),
  );
  assert.ok(names.every((name) => /^\d\d\..*\.script$/.test(name)));
});
