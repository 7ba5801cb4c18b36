/** Commands about what smbd keeps in the databases of the cluster. @module */
import { type Command, local } from "../../framework/command.ts";

const openFiles = () => import("./openfiles.ts");
const byteLocks = () => import("./brlocks.ts");
const sessions = () => import("./sessions.ts");

const json = true;

export const sambaCommands: readonly Command[] = [
  local(openFiles, {
    name: "openfiles",
    operands: "",
    about: "show which files smbd has open for whom, on all nodes",
    flags: [
      ["--file=<path>", "only this one: absolute, relative to its share, or a file id"],
      ["--pid=<pid>", "only what this process has open"],
      ["--watch", "look again every two seconds, until Ctrl-C"],
    ],
    json,
    nodeIsFilter: true,
    endless: true,
    more: `A line for each open handle: process (node:pid), Unix user, what it was opened for, what
it denies to others, oplock or lease (R read, W write, H handle), when, and its access
rights. A process that has died without closing its files is marked. With --node only
what processes of that node have open is shown.

Exit status: 1 when a record was not understood, which a line on standard error says.`,
    example: ["ctdb openfiles --file=/srv/data/plan.odt", "See who has a file open, and how."],
  }),
  local(byteLocks, {
    name: "brlocks",
    operands: "",
    about: "show the byte range locks of smbd, on all nodes",
    json,
    example: ["ctdb brlocks", "See which process has which bytes of a file locked."],
  }),
  local(sessions, {
    name: "sessions",
    operands: "",
    about: "show connections to shares; count sessions, leases and locks",
    json,
    more: `Sessions are only counted: their records hold keys, which are never shown.`,
    example: ["ctdb sessions", "See how many clients each share has, on which nodes."],
  }),
];
