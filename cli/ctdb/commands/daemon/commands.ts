/** Commands about one daemon: what it is, counts and can be set to. @module */
import { alone, type Command, remote } from "../../framework/command.ts";

const version = () => import("./version.ts");
const daemon = () => import("./daemon.ts");
const tunables = () => import("./tunables.ts");
const statistics = () => import("./statistics.ts");

const json = true;

export const daemonCommands: readonly Command[] = [
  alone(version, {
    name: "version",
    operands: "",
    about: "show version of ctdb",
    count: "any",
    json,
    example: ["ctdb version", "Show the release that this program is compatible with."],
  }),
  remote(daemon, {
    name: "uptime",
    operands: "",
    about: "show node uptime",
    count: "any",
    json,
    example: ["ctdb uptime -n 1", "Show since when node 1 runs and when it last recovered."],
  }),
  remote(daemon, {
    name: "ping",
    operands: "",
    about: "ping a node",
    count: "any",
    json,
    example: ["ctdb ping -n 2", "See how long node 2 takes to answer."],
  }),
  remote(tunables, {
    name: "getvar",
    operands: "<name>",
    about: "get a tunable variable",
    json,
    example: ["ctdb getvar MonitorInterval", "Show one tunable."],
  }),
  remote(tunables, {
    name: "setvar",
    operands: "<name> <value>",
    about: "set a tunable variable",
    example: ["ctdb setvar MonitorInterval 20", "Set a tunable until the daemon is restarted."],
  }),
  remote(tunables, {
    name: "listvars",
    operands: "",
    about: "list tunable variables",
    json,
    example: ["ctdb listvars", "Show all tunables and their values."],
  }),
  remote(statistics, {
    name: "statistics",
    operands: "",
    about: "show ctdb statistics",
    json,
    example: ["ctdb statistics", "Show what the daemon has counted since the last reset."],
  }),
  remote(statistics, {
    name: "statisticsreset",
    operands: "",
    about: "reset ctdb statistics",
    example: ["ctdb statisticsreset", "Let the counters start at zero again."],
  }),
  remote(statistics, {
    name: "stats",
    operands: "[count]",
    about: "show rolling statistics",
    json,
    example: ["ctdb stats 4", "Show the newest five intervals (the count is one short)."],
  }),
  remote(daemon, {
    name: "process-exists",
    operands: "<pid> [<srvid>]",
    about: "check if a process exists on a node",
    json,
    example: ["ctdb process-exists 4711", "See whether a client of the daemon has this pid."],
  }),
  remote(daemon, {
    name: "setdebug",
    operands: "ERROR|WARNING|NOTICE|INFO|DEBUG",
    about: "set debug level",
    example: ["ctdb setdebug INFO", "Let the daemon log more."],
  }),
  remote(daemon, {
    name: "getdebug",
    operands: "",
    about: "get debug level",
    json,
    example: ["ctdb getdebug", "Show how much the daemon logs."],
  }),
  remote(daemon, {
    name: "dumpmemory",
    operands: "",
    about: "dump ctdbd memory map",
    count: "any",
    json,
    example: ["ctdb dumpmemory", "Show what the daemon uses memory for."],
  }),
  remote(daemon, {
    name: "rddumpmemory",
    operands: "",
    about: "dump recoverd memory map",
    count: "any",
    json,
    example: ["ctdb rddumpmemory", "The same for the part that recovers."],
  }),
  remote(daemon, {
    name: "getpid",
    operands: "",
    about: "get ctdbd process ID",
    count: "any",
    json,
    example: ["ctdb getpid -n 1", "Show the process id of the daemon of node 1."],
  }),
];
