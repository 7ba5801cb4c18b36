import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { once } from "node:events";
import { createSocket } from "node:dgram";
import type { LogOptions } from "../../../lib/logging/mod.ts";
import { announceLogLocation, LogError, openLog } from "../../../lib/logging/mod.ts";
import { runCommand, spawnCommand, succeeds } from "../../../testing/process/command.ts";

const options: LogOptions = { program: "ctdbd", level: 3, host: "node.0", pid: 7, node: () => 4 };

async function withDirectory(body: (directory: string) => Promise<void> | void): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The lines of a log without their times. */
function textsOf(path: string): string[] {
  return Deno.readTextFileSync(path).trimEnd().split("\n").map((line) =>
    line.replace(/^[^ ]+ /, "")
  );
}

Deno.test("log: a file gets lines up to the level, under the names of the C programs", async () => {
  await withDirectory((directory) => {
    const path = `${directory}/log.ctdb`;
    const log = openLog(`file:${path}`, options);
    log.logger.notice("one");
    log.logger.info("too much");
    log.level = 5;
    log.logger.child("recoverd").info("two");
    log.logger.child("records").info("three\n");
    log.close();
    deepStrictEqual(textsOf(path), [
      "node.0 ctdbd[7]: one",
      "node.0 ctdb-recoverd[7]: two",
      "node.0 ctdbd[7]: records: three",
    ]);
    match(Deno.readTextFileSync(path), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d node/);
  });
});

Deno.test("log: rotation goes on in a new file of the same name", async () => {
  await withDirectory((directory) => {
    const path = `${directory}/log.ctdb`;
    const log = openLog(`file:${path}`, options);
    log.logger.error("before");
    Deno.renameSync(path, `${path}.1`);
    log.reopen();
    log.logger.error("after");
    log.close();
    deepStrictEqual(textsOf(`${path}.1`), ["node.0 ctdbd[7]: before"]);
    deepStrictEqual(textsOf(path), ["node.0 ctdbd[7]: after"]);
  });
});

Deno.test("log: JSON lines", async () => {
  await withDirectory((directory) => {
    const path = `${directory}/ctdb.json`;
    const log = openLog(`json:${path}`, options);
    log.logger.child("records").warning("x");
    log.close();
    const { time, ...rest } = JSON.parse(Deno.readTextFileSync(path));
    strictEqual(Number.isNaN(Date.parse(time)), false);
    deepStrictEqual(rest, {
      host: "node.0",
      program: "ctdbd",
      pid: 7,
      node: 4,
      subsystem: "records",
      level: "WARNING",
      message: "x",
    });
  });
});

Deno.test("log: a file that cannot be opened is an error that names it", () => {
  throws(() => openLog("file:/nonexistent/x", options), (error: unknown) => {
    return error instanceof LogError && error.message.startsWith("open log file: /nonexistent/x");
  });
  throws(() => openLog("bogus:x", options), LogError);
});

Deno.test("log: a full disk does not disturb who logs", () => {
  const log = openLog("file:/dev/full", options);
  log.logger.error("does not fit");
  log.close();
  strictEqual(log.dropped, 1);
});

Deno.test("log: lines of the last turn are there when the process exits", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/log`;
    const code = `import { openLog } from "${new URL(
      "../../../lib/logging/mod.ts",
      import.meta.url,
    )}"; const log = openLog("file:${path}", { program: "p", level: 3, host: "h", pid: 1 });
    log.logger.notice("last words"); Deno.exit(0);`;
    strictEqual((await runCode(code)).exit, 0);
    deepStrictEqual(textsOf(path), ["h p[1]: last words"]);
  });
});

Deno.test("log: standard error gets the text alone", async () => {
  const code = `import { openLog } from "${new URL(
    "../../../lib/logging/mod.ts",
    import.meta.url,
  )}"; const log = openLog("file:-", { program: "p", level: 3, host: "h", pid: 1 });
  log.logger.notice("hello"); log.close();`;
  strictEqual((await runCode(code)).stderr, "hello\n");
});

Deno.test("log: syslog over UDP, plain and RFC 5424, to a real socket", async () => {
  const server = createSocket("udp4");
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const received = async (location: string) => {
    const message = once(server, "message");
    const log = openLog(location, { ...options, syslogPort: server.address().port });
    log.logger.error("x".repeat(3000));
    log.close();
    return String((await message)[0]);
  };
  const plain = await received("syslog:udp");
  strictEqual(plain.length, 1023);
  match(plain, /^<27>ctdbd\[7\]: x+$/);
  match(await received("syslog:udp-rfc5424"), /^<27>1 \d{4}-[^ ]+ node\.0 ctdbd 7 - - x+$/);
  server.close();
  await once(server, "close");
});

Deno.test("log: a missing syslog holds nothing up and counts what was lost", () => {
  const log = openLog("syslog", { ...options, syslogPath: "/nonexistent/log" });
  log.logger.error("nobody listens");
  log.close();
  strictEqual(log.dropped, 1);
  strictEqual(
    announceLogLocation("file:/x", { program: "ctdbd", syslogPath: "/nonexistent/log" }),
    false,
  );
});

/** Collects datagrams of a Unix socket with the one tool on every node that can: python3. */
async function collectUnix(path: string, count: number, send: () => void): Promise<string[]> {
  const script = `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM);s.settimeout(20);s.bind(sys.argv[1])
print("ready",flush=True)
for i in range(int(sys.argv[2])): print(s.recv(65536).decode(),flush=True)`;
  const child = spawnCommand(["python3", "-c", script, path, String(count)], { stdout: "piped" });
  let text = "";
  let sent = false;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (!sent && text.startsWith("ready\n")) {
      sent = true;
      send();
    }
  }
  await child.status;
  return text.trimEnd().split("\n").slice(1);
}

/** Runs a module as a program of its own. */
function runCode(code: string) {
  const module = `data:text/typescript,${encodeURIComponent(code)}`;
  return runCommand([Deno.execPath(), "run", "-A", "--no-check", module]);
}

Deno.test({
  name: "log: syslog over the local socket, as libc frames it (needs python3)",
  ignore: !succeeds(["python3", "-c", ""]),
  fn: () =>
    withDirectory(async (directory) => {
      const syslogPath = `${directory}/devlog`;
      const lines = await collectUnix(syslogPath, 3, () => {
        const standard = openLog("syslog", { ...options, syslogPath });
        standard.logger.warning("Cluster lock not set");
        standard.close();
        const bare = openLog("syslog:nonblocking", { ...options, syslogPath });
        bare.logger.child("takeover").notice("run");
        bare.close();
        announceLogLocation("file:/x", { program: "ctdbd", syslogPath });
      });
      const time = String.raw`[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;
      match(lines[0]!, new RegExp(String.raw`^<28>${time} ctdbd\[7\]: Cluster lock not set$`));
      strictEqual(lines[1], "<29>ctdb-takeover[7]: run");
      match(lines[2]!, new RegExp(`^<29>${time} ctdbd: CTDB logging to location file:/x$`));
    }),
});
