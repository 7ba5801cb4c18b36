import { ControlError } from "../../../../lib/client/mod.ts";
import { parseIpLiteral, systemConfigIo } from "../../../../lib/config/mod.ts";
import { LONGEST_INTERFACE_CHARACTERS } from "../../../../lib/limits/mod.ts";
import type { Interface, PublicIp, PublicIpInfo, SocketAddress } from "../../../../lib/wire/mod.ts";
import { parseIp, UNKNOWN_PNN } from "../../../../lib/wire/mod.ts";
import type { Call, ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { activeNodes, nodeMap } from "../nodes/node-map.ts";

export const commands = { ip, ipinfo, ifaces, setifacelink, gratarp } satisfies ClusterCommands;

/** The address that an operand is; ends the command when it is none. */
export function addressOperand(call: Call, operand: string): SocketAddress {
  return parseIpLiteral(operand) ?? call.fail(1, `Invalid IP address ${operand}`);
}

/** A public address with what the node that was asked says about its interfaces. */
interface ShownAddress extends PublicIp {
  /** Absent for an address that nobody hosts when all nodes are asked. */
  readonly info?: PublicIpInfo;
}

async function ip(call: ClusterCall): Promise<void> {
  const all = call.operands[0] !== undefined;
  if (all && call.operands[0] !== "all") call.usage(call.operands[0]);
  const found = all ? await addressesOfAll(call) : await addressesOf(call, call.target);
  const shown: ShownAddress[] = [];
  for (const address of found.toSorted(byAddress)) shown.push(await withInfo(call, address, all));
  const title = all ? "Public IPs on ALL nodes" : `Public IPs on node ${call.target}`;
  const verbose = call.options.verbose;
  call.print({
    human: () => `${title}\n` + shown.map(verbose ? verboseLine : plainLine).join(""),
    machine: () => verbose ? verboseRows(call, shown) : plainRows(call, shown),
    json: () => ({ pnn: all ? null : call.target, addresses: shown.map(addressJson) }),
  });
}

async function addressesOf(call: ClusterCall, pnn: number): Promise<readonly PublicIp[]> {
  return await call.ask(pnn, "GET_PUBLIC_IPS", undefined);
}

/** The addresses of all active nodes; only a node's own claim says where one is. */
async function addressesOfAll(call: ClusterCall): Promise<readonly PublicIp[]> {
  const all = new Map<string, PublicIp>();
  for (const pnn of activeNodes(await nodeMap(call))) {
    for (const { address, pnn: holder } of await addressesOf(call, pnn)) {
      const known = all.get(address.address);
      if (holder === pnn) all.set(address.address, { address, pnn });
      else if (known === undefined) all.set(address.address, { address, pnn: UNKNOWN_PNN });
    }
  }
  return [...all.values()];
}

async function withInfo(call: ClusterCall, ip: PublicIp, all: boolean): Promise<ShownAddress> {
  const asked = all ? ip.pnn : call.target;
  if (asked === UNKNOWN_PNN) return ip;
  return { ...ip, info: await call.ask(asked, "GET_PUBLIC_IP_INFO", ip.address) };
}

/** IPv4 before IPv6, each by number. */
function byAddress(a: PublicIp, b: PublicIp): number {
  const x = parseIp(a.address.address) ?? new Uint8Array();
  const y = parseIp(b.address.address) ?? new Uint8Array();
  if (x.length !== y.length) return x.length - y.length;
  const at = x.findIndex((byte, i) => byte !== y[i]);
  return at < 0 ? 0 : x[at]! - y[at]!;
}

function holderText(pnn: number): string {
  return pnn === UNKNOWN_PNN ? "-1" : String(pnn);
}

function interfacesOf({ info }: ShownAddress) {
  const interfaces = info?.interfaces ?? [];
  const active = info === undefined ? undefined : interfaces[info.activeIndex];
  const names = (list: readonly Interface[]) => list.map(({ name }) => name);
  return {
    active: active === undefined ? [] : [active.name],
    available: names(interfaces.filter(({ linkUp }) => linkUp)),
    configured: names(interfaces),
  };
}

function plainLine({ address, pnn }: ShownAddress): string {
  return `${address.address} ${holderText(pnn)}\n`;
}

function verboseLine(shown: ShownAddress): string {
  const { active, available, configured } = interfacesOf(shown);
  return `${shown.address.address} node[${holderText(shown.pnn)}] active[${active}] ` +
    `available[${available}] configured[${configured}]\n`;
}

function plainRows(call: ClusterCall, shown: readonly ShownAddress[]): string {
  const rows = shown.map(({ address, pnn }) => [address.address, holderText(pnn)]);
  return call.rows([["Public IP", "Node"], ...rows]);
}

function verboseRows(call: ClusterCall, shown: readonly ShownAddress[]): string {
  const header = [
    "Public IP",
    "Node",
    "ActiveInterfaces",
    "AvailableInterfaces",
    "ConfiguredInterfaces",
  ];
  const rows = shown.map((ip) => {
    const { active, available, configured } = interfacesOf(ip);
    return [
      ip.address.address,
      holderText(ip.pnn),
      active.join(","),
      available.join(","),
      configured.join(","),
    ];
  });
  return call.rows([header, ...rows]);
}

function addressJson(shown: ShownAddress): unknown {
  const { active, available, configured } = interfacesOf(shown);
  return {
    address: shown.address.address,
    node: shown.pnn === UNKNOWN_PNN ? null : shown.pnn,
    active_interface: active[0] ?? null,
    available_interfaces: available,
    configured_interfaces: configured,
  };
}

async function ipinfo(call: ClusterCall): Promise<void> {
  const address = addressOperand(call, call.operand(0));
  const { ip, activeIndex, interfaces } = await publicIpInfo(call, address);
  const text = ip.address.address;
  call.print({
    human: () =>
      `Public IP[${text}] info on node ${call.target}\n` +
      `IP:${text}\nCurrentNode:${ip.pnn}\nNumInterfaces:${interfaces.length}\n` +
      interfaces.map((one, i) => infoLine(one, i, i === activeIndex)).join(""),
    json: () => ({
      pnn: call.target,
      address: text,
      node: ip.pnn === UNKNOWN_PNN ? null : ip.pnn,
      interfaces: interfaces.map((one, i) => ({
        ...interfaceJson(one),
        active: i === activeIndex,
      })),
    }),
  });
}

async function publicIpInfo(call: ClusterCall, address: SocketAddress): Promise<PublicIpInfo> {
  try {
    return await call.send(call.target, "GET_PUBLIC_IP_INFO", address);
  } catch (error) {
    const status = call.report(error, call.target, "GET_PUBLIC_IP_INFO");
    if (error instanceof ControlError) {
      call.complain(`Node ${call.target} does not know about IP ${address.address}`);
    }
    return call.fail(status);
  }
}

function infoLine({ name, linkUp, references }: Interface, index: number, active: boolean): string {
  const mark = active ? " (active)" : "";
  const link = linkUp ? "up" : "down";
  return `Interface[${index + 1}]: Name:${name} Link:${link} References:${references}${mark}\n`;
}

async function ifaces(call: ClusterCall): Promise<void> {
  const interfaces = await call.ask(call.target, "GET_IFACES", undefined);
  if (interfaces.length === 0 && !call.options.json) {
    call.io.stdout(`No interfaces configured on node ${call.target}\n`);
    return;
  }
  call.print({
    human: () =>
      `Interfaces on node ${call.target}\n` +
      interfaces.map(({ name, linkUp, references }) =>
        `name:${name} link:${linkUp ? "up" : "down"} references:${references}\n`
      ).join(""),
    machine: () =>
      call.rows([
        ["Name", "LinkStatus", "References"],
        ...interfaces.map(({ name, linkUp, references }) => [name, linkUp ? 1 : 0, references]),
      ]),
    json: () => ({ pnn: call.target, interfaces: interfaces.map(interfaceJson) }),
  });
}

function interfaceJson({ name, linkUp, references }: Interface) {
  return { name, link_up: linkUp, references };
}

async function setifacelink(call: ClusterCall): Promise<number> {
  const name = call.operand(0);
  const direction = call.operand(1);
  if (name.length > LONGEST_INTERFACE_CHARACTERS) call.fail(1, `Interface name '${name}' too long`);
  const then = `Failed to get interface information from node ${call.target}`;
  const interfaces = await call.ask(call.target, "GET_IFACES", undefined, then);
  if (!interfaces.some((one) => one.name === name)) {
    call.io.stdout(`Interface ${name} not configured on node ${call.target}\n`);
    return 1;
  }
  if (direction !== "up" && direction !== "down") call.usage(direction);
  const request = { name, linkUp: direction === "up", references: 0 };
  await call.ask(call.target, "SET_IFACE_LINK_STATE", request);
  return 0;
}

async function gratarp(call: ClusterCall): Promise<void> {
  const address = addressOperand(call, call.operand(0));
  const request = { address, maskBits: 0, interface: call.operand(1) };
  const then = `Unable to send gratuitous arp from node ${call.target}`;
  await call.ask(call.target, "SEND_GRATUITOUS_ARP", request, then);
  // Daemons say that they have sent it whatever the interface; scripts go on, people shall know.
  const local = call.target === call.client.pnn;
  if (local && await systemConfigIo.interfaceName(request.interface) === undefined) {
    call.note(`Interface ${request.interface} does not exist on node ${call.target}`);
  }
}
