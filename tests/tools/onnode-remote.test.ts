import assert from "node:assert/strict";
import { ownLoopbackAddress } from "../../testing/services/etcd.ts";
import { binaryCommand, runBinary } from "../../testing/process/run-binary.ts";
import { RunningProgram } from "../../testing/process/running-program.ts";
import { mustRun } from "../../testing/process/command.ts";

const program = "onnode";
const sshd = "/usr/sbin/sshd";
const port = 22022;

function isInstalled(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "onnode-remote-" });
  try {
    await body(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** A server on each address, with one key for all; `ssh -F config` reaches them. */
async function startServers(directory: string, addresses: readonly string[]) {
  const key = `${directory}/key`;
  const keygen = ["-q", "-t", "ed25519", "-N", "", "-f", key];
  mustRun(["ssh-keygen", ...keygen]);
  Deno.writeTextFileSync(
    `${directory}/sshd_config`,
    `Port ${port}\n${addresses.map((address) => `ListenAddress ${address}\n`).join("")}` +
      `HostKey ${key}\nAuthorizedKeysFile ${key}.pub\nPidFile none\nStrictModes no\nUsePAM no\n`,
  );
  Deno.writeTextFileSync(
    `${directory}/ssh_config`,
    `Port ${port}\nIdentityFile ${key}\nIdentitiesOnly yes\nLogLevel ERROR\nBatchMode yes\n` +
      "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n",
  );
  Deno.mkdirSync("/run/sshd", { recursive: true });
  const server = new RunningProgram([sshd, "-D", "-e", "-f", `${directory}/sshd_config`]);
  for (const address of addresses) await server.stderr(new RegExp(`on ${address} port`));
  return server;
}

Deno.test({
  name: "over ssh: a node that cannot be reached does not hide the others",
  ignore: Deno.uid() !== 0 || !isInstalled(sshd),
  fn: () =>
    withDirectory(async (directory) => {
      const [first, dead, last] = [
        ownLoopbackAddress(),
        ownLoopbackAddress(),
        ownLoopbackAddress(),
      ];
      await using _server = await startServers(directory, [first, last]);
      Deno.writeTextFileSync(`${directory}/nodes`, `${first}\n${dead}\n${last}\n`);
      const env = { CTDB_BASE: directory, ONNODE_SSH: `ssh -F ${directory}/ssh_config` };
      const run = (...args: string[]) => runBinary(args, { program, env });
      const command = "set -- $SSH_CONNECTION; echo I am $3";

      const inTurn = await run("all", command);
      assert.equal(inTurn.stdout, `I am ${first}\nI am ${last}\n`);
      assert.match(inTurn.stderr, new RegExp(`>> NODE: ${dead} <<\nssh: connect to host ${dead}`));
      assert.equal(inTurn.exit, 255);

      const parallel = await run("-p", "all", command);
      assert.match(parallel.stdout, new RegExp(`^\\[${first}\\] I am ${first}$`, "m"));
      assert.match(parallel.stdout, new RegExp(`^\\[${last}\\] I am ${last}$`, "m"));
      assert.match(parallel.stdout, new RegExp(`^\\[${dead}\\] ssh: connect to host`, "m"));
      assert.equal(parallel.exit, 255);
      assert.equal(parallel.stderr, "");

      const status = await run("-q", "0,2", `${command}; [ $3 = ${last} ] || exit 9`);
      assert.deepEqual([status.exit, status.stdout], [9, inTurn.stdout]);
      const input = await runBinary(["-i", "2", "cat"], { program, env, stdin: "typed\n" });
      assert.equal(input.stdout, "typed\n");
    }),
});

Deno.test("a signal ends the commands on all nodes", async () => {
  await withDirectory(async (directory) => {
    Deno.writeTextFileSync(`${directory}/nodes`, "10.0.0.1\n10.0.0.2\n");
    const shell = `${directory}/shell`;
    Deno.writeTextFileSync(shell, "#!/bin/sh\necho started; exec sleep 1000\n", { mode: 0o755 });
    const env = { CTDB_BASE: directory, ONNODE_SSH: shell };
    await using onnode = new RunningProgram(
      [...binaryCommand, program, "-p", "all", "command"],
      { env },
    );
    await onnode.stdout(/started\n[^]*started\n/);
    onnode.child.kill("SIGTERM");
    // The sleepers hold the other ends of the pipes: the end of output is their end.
    await onnode.stdoutEnd();
    assert.equal(await onnode.exit(), 143);
  });
});

Deno.test("a remote shell that cannot be started: status 127, for each node", async () => {
  await withDirectory(async (directory) => {
    Deno.writeTextFileSync(`${directory}/nodes`, "10.0.0.1\n10.0.0.2\n");
    const env = { CTDB_BASE: directory, ONNODE_SSH: "/nonexistent/ssh" };
    const result = await runBinary(["-q", "all", "x"], { program, env });
    const complaint = "onnode: /nonexistent/ssh: No such file or directory\n";
    assert.deepEqual(result, { stdout: "", stderr: complaint.repeat(2), exit: 127 });
  });
});

Deno.test("onnode.conf is a shell script: what it prints, exports and how it fails", async () => {
  await withDirectory(async (directory) => {
    Deno.writeTextFileSync(`${directory}/nodes`, "10.0.0.1\n");
    const conf = `${directory}/onnode.conf`;
    const env = { CTDB_BASE: directory, ONNODE_SSH: "echo environment" };
    const run = () => runBinary(["0", "x"], { program, env });
    Deno.writeTextFileSync(
      conf,
      'echo hello\nexport WORD="two words"\nONNODE_SSH="printenv WORD"\n',
    );
    const exported = await run();
    assert.match(exported.stdout, /^hello\ntwo words\n/);
    Deno.writeTextFileSync(conf, "exit 7\n");
    assert.equal((await run()).exit, 7);
    Deno.writeTextFileSync(conf, "# nothing\n");
    assert.equal((await run()).stdout, "environment -n 10.0.0.1 x\n");
  });
});
