import assert from "node:assert/strict";
import { directoriesIn } from "../../../tools/directories.ts";

Deno.test("directories of an installation are found in code, wherever they stand", () => {
  for (
    const line of [
      'const base = "/etc/ctdb";',
      "const log = `/var/log/ctdb/log.ctdb`;",
      "open(`${root}/run/ctdb/ctdbd.socket`);",
      'return ["/etc/sysconfig/ctdb"];',
      '  data: "/usr/share/ctdb",',
      'const home = "/opt/ctdb";',
    ]
  ) {
    assert.deepEqual(directoriesIn(`\n${line}\n`), [`2: ${line.trim()}`]);
  }
});

Deno.test("comments, and the files of others, are nobody's directories", () => {
  const source =
    '/**\n * `/etc/ctdb` is\n */\nread("/etc/hosts"); // not /usr/share\nconst a = "/run";';
  assert.deepEqual(directoriesIn(source), []);
});
