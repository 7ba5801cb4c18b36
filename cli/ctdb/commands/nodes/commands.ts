/** Commands about the nodes of the cluster. @module */
import { alone, type Command, local, remote } from "../../framework/command.ts";

const status = () => import("./status.ts");
const roles = () => import("./roles.ts");
const pnn = () => import("./pnn.ts");
const nodeState = () => import("./node-state.ts");
const cluster = () => import("./cluster.ts");
const nodesFile = () => import("./list-nodes.ts");
const reloadNodes = () => import("./reload-nodes.ts");
const wait = () => import("./wait.ts");

const json = true;

export const nodesCommands: readonly Command[] = [
  remote(status, {
    name: "status",
    operands: "",
    about: "show node status",
    json,
    example: ["ctdb status", "Show all nodes, the recovery mode and the leader."],
  }),
  remote(roles, {
    name: "runstate",
    operands: "[setup|first_recovery|startup|running]",
    about: "get/check runstate of a node",
    count: "any",
    json,
    example: ["ctdb runstate startup running", "Fail unless the node has got that far."],
  }),
  remote(roles, {
    name: "getcapabilities",
    operands: "",
    about: "show node capabilities",
    json,
    example: ["ctdb getcapabilities", "Show whether the node may lead and locate records."],
  }),
  local(pnn, {
    name: "pnn",
    operands: "",
    about: "show the pnn of the current node",
    count: "any",
    json,
    example: ["ctdb pnn", "Show the number of this node."],
  }),
  remote(nodeState, {
    name: "disable",
    operands: "",
    about: "disable a node",
    example: ["ctdb disable -n 1", "Move the public addresses off node 1."],
  }),
  remote(nodeState, {
    name: "enable",
    operands: "",
    about: "enable a node",
    example: ["ctdb enable -n 1", "Let node 1 host public addresses again."],
  }),
  remote(nodeState, {
    name: "stop",
    operands: "",
    about: "stop a node",
    example: ["ctdb stop -n 1", "Take node 1 out of the cluster; its daemon runs on."],
  }),
  remote(nodeState, {
    name: "continue",
    operands: "",
    about: "continue a stopped node",
    example: ["ctdb continue -n 1", "Take node 1 back in."],
  }),
  remote(nodeState, {
    name: "ban",
    operands: "<bantime>",
    about: "ban a node",
    example: ["ctdb ban 300 -n 2", "Keep node 2 out for five minutes."],
  }),
  remote(nodeState, {
    name: "unban",
    operands: "",
    about: "unban a node",
    example: ["ctdb unban -n 2", "Let node 2 back in before its ban ends."],
  }),
  remote(cluster, {
    name: "shutdown",
    operands: "",
    about: "shutdown ctdb daemon",
    example: ["ctdb shutdown", "End the daemon of this node."],
  }),
  remote(cluster, {
    name: "recover",
    operands: "",
    about: "force recovery",
    example: ["ctdb recover", "Let the leader rebuild the databases, and wait for it."],
  }),
  alone(nodesFile, {
    name: "listnodes",
    operands: "",
    about: "list nodes in the cluster",
    json,
    example: ["ctdb listnodes", "Show the addresses in the nodes file."],
  }),
  local(reloadNodes, {
    name: "reloadnodes",
    operands: "",
    about: "reload the nodes file all nodes",
    example: ["ctdb reloadnodes", "Put a change of the nodes file into effect everywhere."],
  }),
  remote(roles, {
    name: "leader",
    operands: "",
    about: "show the pnn of the leader",
    count: "any",
    json,
    example: ["ctdb leader", "Show which node leads the cluster."],
  }),
  // What it was called before Samba 4.16; sambacc and exporters of metrics still ask so.
  remote(roles, {
    name: "recmaster",
    operands: "",
    about: "show the pnn of the leader (old name)",
    count: "any",
    hidden: true,
    example: ["ctdb recmaster", "The old name of leader."],
  }),
  remote(roles, {
    name: "getreclock",
    operands: "",
    about: "get recovery lock file",
    json,
    example: ["ctdb getreclock", "Show the cluster lock."],
  }),
  remote(roles, {
    name: "setlmasterrole",
    operands: "on|off",
    about: "set LMASTER role",
    example: ["ctdb setlmasterrole off", "Let the node locate no records from now on."],
  }),
  remote(roles, {
    name: "setleaderrole",
    operands: "on|off",
    about: "set LEADER role",
    example: ["ctdb setleaderrole off -n 1", "Never let node 1 lead."],
  }),
  remote(status, {
    name: "nodestatus",
    operands: "[all|<pnn-list>]",
    about: "show and return node status",
    json,
    example: ["ctdb nodestatus all", "Show the nodes; the exit status is the or of their flags."],
  }),
  alone(wait, {
    name: "wait",
    operands: "healthy|leader|recovered",
    about: "wait until this node or its cluster is as wished",
    flags: [
      ["--timeout=<seconds>", "give up after so long, with status 1 (60)"],
      ["--all", "healthy: all nodes, not this one only"],
    ],
    anyConfiguration: true,
    endless: true,
    more: `healthy    this node has started, no flag is set, and it is recovered
leader     somebody leads the cluster
recovered  the databases can be used: there was a recovery, and none goes on

A daemon that is not there yet is waited for, too.`,
    example: ["ctdb wait healthy --timeout=30", "Go on in a script once the node is well."],
  }),
];
