import { spawnCommand } from "../../lib/base/mod.ts";
import type { Cluster } from "../../testing/cluster/cluster.ts";
import { Session } from "./session.ts";
import { say } from "../console.ts";

/** An event script that fails as long as there is a file `sick` beside it. */
const SCRIPT = `#!/bin/sh
case "$1" in monitor)
  if [ -e "$CTDB_BASE/sick" ]; then echo "ERROR: samba tcp port 445 is not responding"; exit 1; fi ;;
esac
exit 0
`;

/** What the nodes of a cluster have that is looked at in a browser. */
export function filesForWeb(nodes: number): Readonly<Record<string, string>> {
  const addresses = Array.from({ length: 2 * nodes }, (_, i) => `192.0.2.${i + 1}/24 lo\n`);
  return { "public_addresses": addresses.join(""), "events/legacy/50.samba.script": SCRIPT };
}

const HELP = `
  kill N     node N dies at once          start N   and comes back
  sick N     a script fails on node N     cure N    and succeeds again
  quit       ends it all
`;
/** Between two visits of the record that goes round. */
const PAUSE_MS = 4;

/** Starts the cluster, shows it in a browser, and does to it what is typed, until the end. */
export async function showInBrowser(
  cluster: Cluster,
  commands: ReadableStream<Uint8Array>,
): Promise<void> {
  for (const node of cluster.nodes) node.start();
  say(`Starting ${cluster.nodes.length} nodes on this machine`);
  await cluster.untilHealthy();
  const node = cluster.node(0);
  const web = spawnCommand([...node.kind.tool, "web", "--listen=127.0.0.1:0"], {
    env: { ...node.env },
    stdout: "piped",
    stderr: "null",
  });
  const over = new AbortController();
  const working = keepBusy(cluster, over.signal);
  let telling = Promise.resolve();
  try {
    const lines = linesOf(web.stdout);
    const { value } = await lines.next();
    if (value === undefined) throw new Error("Start ctdb web: it has ended");
    say(`\nThe dashboard of node 0:\n\n  ${value}\n${HELP}`);
    telling = tellAddresses(lines);
    await obey(cluster, commands);
  } finally {
    over.abort();
    web.kill("SIGTERM");
    await Promise.all([web.status, working, telling]);
  }
}

async function obey(cluster: Cluster, commands: ReadableStream<Uint8Array>): Promise<void> {
  let rest = "";
  for await (const part of commands.pipeThrough(new TextDecoderStream() as never)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (/^\s*(quit|q|exit)\s*$/.test(line)) return;
      await obeyLine(cluster, line.trim());
    }
  }
}

async function obeyLine(cluster: Cluster, line: string): Promise<void> {
  const [, what, number] = /^(kill|start|sick|cure) +([0-9]+)$/.exec(line) ?? [];
  const node = cluster.nodes[Number(number)];
  if (what === undefined || node === undefined) return line === "" ? undefined : say(HELP);
  const sick = `${node.base}/sick`;
  if (what === "kill") await node.kill();
  else if (what === "start" && !node.running) node.start();
  else if (what === "sick") await Deno.writeTextFile(sick, "");
  else if (what === "cure") await Deno.remove(sick).catch(() => {});
}

/** One record goes round the nodes that run, so that there is something to see. */
async function keepBusy(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const sessions = new Map<number, Session>();
  while (!signal.aborted) {
    for (const node of cluster.nodes.filter(({ running }) => running)) {
      try {
        const session = sessions.get(node.pnn) ?? await Session.open(node);
        sessions.set(node.pnn, session);
        await session.update("counter", (value) => value + 1);
      } catch {
        // The node has just been killed, or is not ready yet: later, with a new connection.
        await sessions.get(node.pnn)?.[Symbol.asyncDispose]().catch(() => {});
        sessions.delete(node.pnn);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  for (const session of sessions.values()) await session[Symbol.asyncDispose]().catch(() => {});
}

/** Each address opens one page; when it was used there is another. */
async function tellAddresses(lines: AsyncIterable<string>): Promise<void> {
  for await (const address of lines) say(`For another browser:\n\n  ${address}\n`);
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream() as never)) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
