/** Commands that use the admin API of this node. @module */
import { alone, type Command } from "../../framework/command.ts";

const events = () => import("./events.ts");
const health = () => import("./health.ts");
const token = () => import("./token.ts");
const web = () => import("./web.ts");

const json = true;

export const adminCommands: readonly Command[] = [
  alone(web, {
    name: "web",
    operands: "",
    about: "show the dashboard in a browser",
    flags: [
      ["--listen=<address:port>", "where to listen: a loopback address (127.0.0.1:9980)"],
      ["--read-only", "let nobody change anything"],
    ],
    endless: true,
    more: `Passes the dashboard of this node on through the daemon's Unix socket, so that nothing
needs to be configured, and prints its address with a token that works once; when it
was used, an address for the next browser follows. From another machine: ssh -L 9980:127.0.0.1:9980 NODE`,
    example: ["ctdb web", "Look at the cluster in a browser."],
  }),
  alone(token, {
    name: "token",
    operands: "create|list|revoke [<id>]",
    about: "make, list or revoke tokens of the admin API",
    flags: [
      ["--role=viewer|operator", "what the token may do (viewer)"],
      ["--expires=<time>", "how long it works, such as 12h or 30d (for ever)"],
      ["--name=<text>", "what it is for"],
    ],
    more: `A token is printed once, when it is made; only a hash of it is kept. Viewers read;
operators also disable, stop, ban, recover and move addresses. Each node has its own.`,
    json,
    example: ["ctdb token create --name=prometheus", "Make a token for a scraper."],
  }),
  alone(events, {
    name: "events",
    operands: "",
    about: "show what happened to the cluster",
    flags: [
      ["--follow", "go on with what happens, until interrupted"],
      ["--since=<time>", "begin so long ago, such as 10m or 2h, or at a date and time (1h)"],
    ],
    endless: true,
    more: `Elections, recoveries, changes of flags and who asked for them, links, bans, addresses
that move, scripts that fail. With --follow --json a line for each event.`,
    json,
    example: ["ctdb events --follow", "Watch what happens."],
  }),
  alone(events, {
    name: "history",
    operands: "",
    about: "show what happened around a time, on all nodes, in order",
    flags: [
      [
        "--around=<time>",
        "a date and time such as 2026-01-31T12:00:00Z, or 2h for so long ago (now)",
      ],
      ["--minutes=<count>", "so many before and after (10)"],
    ],
    json,
    example: ["ctdb history --around=2026-01-31T12:00:00Z", "See what happened at noon."],
  }),
  alone(health, {
    name: "ready",
    operands: "",
    about: "say whether this node serves its clients",
    more: `Started, joined to the cluster, led, not in recovery, neither stopped nor banned.

Exit status: 0 it does, 1 it does not, 2 the daemon does not answer.`,
    json,
    example: ["ctdb ready", "Wait in a script until the node can be used."],
  }),
  alone(health, {
    name: "safe-to-stop",
    operands: "[<node>]",
    about: "say whether a node can be stopped without losing anything",
    more: `No: it is the last node, an address would have no home, a recovery is going on, or
the node has the only good copy of a database.

Exit status: 0 it can, 1 it cannot, 2 the daemon does not answer.`,
    json,
    example: ["ctdb safe-to-stop", "Look before maintenance of this node."],
  }),
];
