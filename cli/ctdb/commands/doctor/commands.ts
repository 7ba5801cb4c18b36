/** The command that says what is wrong. @module */
import { alone, type Command } from "../../framework/command.ts";

const doctor = () => import("./doctor.ts");

const json = true;

export const doctorCommands: readonly Command[] = [
  alone(doctor, {
    name: "doctor",
    operands: "",
    about: "say what is wrong with this node and its cluster, and what to do",
    flags: [[
      "--quick",
      "leave out what takes time: the test of locks and the watch for held ones",
    ]],
    json,
    anyConfiguration: true,
    more: `Looks at daemon, configuration, nodes file, socket, connections, states of nodes,
cluster lock, event scripts, public addresses, databases, locks, clocks, releases,
tunables and hot records; without a daemon at what can be seen without one. It
changes nothing. For a second it tests locks in a file beside the cluster lock and
watches for locks that are held, which --quick leaves out.

Exit status: 0 nothing found, 1 notes or warnings, 2 at least one error.`,
    example: ["ctdb doctor", "See why a node is unhealthy, or why its daemon does not start."],
  }),
];
