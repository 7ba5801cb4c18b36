/** The command that shows what is going on. @module */
import { type Command, remote } from "../../framework/command.ts";

const top = () => import("./top.ts");

const json = true;

export const topCommands: readonly Command[] = [
  remote(top, {
    name: "top",
    operands: "",
    about: "watch nodes, databases, locks, hot keys and addresses",
    flags: [["--once", "print one picture and end"], [
      "--sort=calls|locks|wait|pending|name",
      "what the first database has most of (calls)",
    ], ["--interval=<seconds>", "how often to look: 0.5 to 60 seconds (2)"]],
    json,
    endless: true,
    more: `Without --once the picture is drawn anew every two seconds, or as --interval says:
  q, Ctrl-C       leave
  0 to 9, <- ->   show the databases and hot keys of one node; a: of all
  c l w p n       sort databases by calls, locks, wait, pending locks, name; s: the next
  space           look now
  + -             look less or more often`,
    example: ["ctdb top --sort=wait", "Watch which databases are waited for; q ends it."],
  }),
];
