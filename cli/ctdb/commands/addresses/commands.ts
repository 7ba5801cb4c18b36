/** Commands about public addresses, connections and interfaces. @module */
import { alone, type Command, local, remote } from "../../framework/command.ts";

const addresses = () => import("./addresses.ts");
const cluster = () => import("../nodes/cluster.ts");
const ports = () => import("./ports.ts");
const tickles = () => import("./tickles.ts");
const addressChanges = () => import("./address-changes.ts");
const ipalloc = () => import("./ipalloc.ts");

const json = true;

export const addressesCommands: readonly Command[] = [
  remote(addresses, {
    name: "ip",
    operands: "[all]",
    about: "show public ips",
    json,
    example: ["ctdb ip all", "Show which node hosts which public address."],
  }),
  remote(addresses, {
    name: "ipinfo",
    operands: "<ip>",
    about: "show public ip details",
    json,
    example: ["ctdb ipinfo 10.0.0.31", "Show the interfaces that an address may be on."],
  }),
  remote(addresses, {
    name: "ifaces",
    operands: "",
    about: "show interfaces",
    json,
    example: ["ctdb ifaces", "Show the interfaces of public addresses and their links."],
  }),
  remote(addresses, {
    name: "setifacelink",
    operands: "<iface> up|down",
    about: "set interface link status",
    example: ["ctdb setifacelink eth1 down", "Take an interface out of use for addresses."],
  }),
  remote(cluster, {
    name: "sync",
    operands: "",
    about: "run ip reallocation (deprecated)",
    example: ["ctdb sync", "The old name of ipreallocate."],
  }),
  remote(cluster, {
    name: "ipreallocate",
    operands: "",
    about: "run ip reallocation",
    example: ["ctdb ipreallocate", "Let the leader give out public addresses anew."],
  }),
  remote(addresses, {
    name: "gratarp",
    operands: "<ip> <interface>",
    about: "send a gratuitous arp",
    example: ["ctdb gratarp 10.0.0.31 eth1", "Tell the network where an address is."],
  }),
  alone(ports, {
    name: "tickle",
    operands: "<srcip:port> <dstip:port>",
    about: "send a tcp tickle ack",
    count: [0, 2],
    example: ["ctdb tickle 10.0.0.5:50001 10.0.0.31:445", "Wake a client's connection."],
  }),
  remote(tickles, {
    name: "gettickles",
    operands: "<ip> [<port>]",
    about: "get the list of tickles",
    json,
    example: ["ctdb gettickles 10.0.0.31 445", "List the clients of an address."],
  }),
  remote(tickles, {
    name: "addtickle",
    operands: "<ip>:<port> <ip>:<port>",
    about: "add a tickle",
    count: [0, 2],
    example: [
      "ctdb addtickle 10.0.0.5:50001 10.0.0.31:445",
      "Remember a connection, client first, for when the address moves.",
    ],
  }),
  remote(tickles, {
    name: "deltickle",
    operands: "<ip>:<port> <ip>:<port>",
    about: "delete a tickle",
    count: [0, 2],
    example: ["ctdb deltickle 10.0.0.5:50001 10.0.0.31:445", "Forget a connection."],
  }),
  local(addressChanges, {
    name: "moveip",
    operands: "<ip> <node>",
    about: "move an ip address to another node",
    example: ["ctdb moveip 10.0.0.31 2", "Move an address until the next reallocation."],
  }),
  remote(addressChanges, {
    name: "addip",
    operands: "<ip/mask> <iface>",
    about: "add an ip address to a node",
    example: ["ctdb addip 10.0.0.34/24 eth1", "Let a node host one more address."],
  }),
  remote(addressChanges, {
    name: "delip",
    operands: "<ip>",
    about: "delete an ip address from a node",
    example: ["ctdb delip 10.0.0.34", "The address is left at the next reallocation."],
  }),
  alone(ports, {
    name: "checktcpport",
    operands: "<port>",
    about: "check if a service is bound to a specific tcp port or not",
    fullUsage: true,
    example: ["ctdb checktcpport 445", "Succeed if nobody listens on the port."],
  }),
  local(addressChanges, {
    name: "reloadips",
    operands: "[all|<pnn-list>]",
    about: "reload the public addresses file",
    example: ["ctdb reloadips all", "Put changed public_addresses files into effect."],
  }),
  local(ipalloc, {
    name: "ipalloc",
    operands: "",
    about: "forecast which node would host which public address",
    flags: [
      ["--explain", "say of each address why"],
      ["--dry-run", "change nothing, which is so anyhow"],
      ["--up=<pnn-list>", "as if these nodes were well"],
      ["--down=<pnn-list>", "as if these nodes were gone"],
    ],
    json,
    example: ["ctdb ipalloc --explain --down=1", "See what the loss of node 1 would move."],
  }),
];
