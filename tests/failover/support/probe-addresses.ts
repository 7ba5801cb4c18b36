/**
 * Asks by ARP who has which address, many times a second, and compares the answers with each other
 * and with the ARP cache of another namespace.
 *
 *     probe-addresses.ts INTERFACE PID ADDRESS...
 *
 * @module
 */
import { RawSocket } from "../../../lib/failover/announce/raw-socket.ts";
import type { ProbeEvent } from "./arp-prober.ts";

const ETHERTYPE_ARP = 0x0806;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;
/** Answers come within microseconds: the network is in this machine's memory. */
const WINDOW_MS = 25;
const PROBES_PER_REPORT = 20;
const ATF_COM = 2;

const [iface, pid, ...addresses] = Deno.args;
const socket = RawSocket.capture();
const link = RawSocket.findLink(iface!)!;
const holders = new Map<string, string>();
const wrong = new Set<string>();
const announced = new Set<string>();
const buffer = new Uint8Array(2048);

for (let count = 1;; count++) {
  // Too late for the question that it answers, but announcements count.
  for (let length = 0; (length = socket.receive(buffer)) >= 0;) {
    noteAnnouncement(buffer.subarray(0, length));
  }
  for (const address of addresses) socket.sendFrame(question(address), link.index);
  judge(await answers());
  if (count % PROBES_PER_REPORT === 0) report({ event: "probes", count });
}

/** An ARP probe (RFC 5227): without an address of the sender, nobody's cache changes by it. */
function question(address: string): Uint8Array {
  const frame = new Uint8Array(60);
  const view = new DataView(frame.buffer);
  frame.fill(0xff, 0, 6);
  frame.set(link.address, 6);
  view.setUint16(12, ETHERTYPE_ARP);
  view.setUint16(14, 1);
  view.setUint16(16, 0x0800);
  frame[18] = 6;
  frame[19] = 4;
  view.setUint16(20, ARP_REQUEST);
  frame.set(link.address, 22);
  frame.set(address.split(".").map(Number), 38);
  return frame;
}

/** The hardware addresses that answered for each address. */
async function answers(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const end = performance.now() + WINDOW_MS;
  for (let left = WINDOW_MS; left > 0; left = end - performance.now()) {
    if (!await socket.readable(left)) break;
    for (let length = 0; (length = socket.receive(buffer)) >= 0;) {
      noteAnnouncement(buffer.subarray(0, length));
      const answer = answerIn(buffer.subarray(0, length));
      if (answer === undefined) continue;
      const macs = found.get(answer.address) ?? new Set();
      found.set(answer.address, macs.add(answer.mac));
    }
  }
  return found;
}

function answerIn(frame: Uint8Array): { address: string; mac: string } | undefined {
  if (frame.length < 42) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(12) !== ETHERTYPE_ARP || view.getUint16(20) !== ARP_REPLY) return undefined;
  // Announcements go to all; an answer goes to who asked.
  if (!link.address.every((byte, i) => frame[i] === byte)) return undefined;
  return { address: frame.subarray(28, 32).join("."), mac: macText(frame.subarray(22, 28)) };
}

function macText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

function judge(found: Map<string, Set<string>>): void {
  const cache = arpCache();
  for (const [address, macs] of found) {
    if (macs.size > 1) report({ event: "conflict", address, macs: [...macs] });
    const [mac] = macs;
    if (macs.size !== 1 || mac === undefined) continue;
    if (holders.get(address) !== mac) report({ event: "moved", address, mac });
    holders.set(address, mac);
    const cached = cache.get(address);
    checkCache(address, cached === undefined || cached === mac);
  }
}

function checkCache(address: string, right: boolean): void {
  if (right === !wrong.has(address)) return;
  if (right) wrong.delete(address);
  else wrong.add(address);
  const at_ms = Math.round(performance.now());
  report({ event: right ? "right" : "wrong", address, at_ms });
}

/** ARP that names one address as its sender's and its target's, to everybody. */
function noteAnnouncement(frame: Uint8Array): void {
  if (frame.length < 42) return;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(12) !== ETHERTYPE_ARP || view.getUint32(28) !== view.getUint32(38)) return;
  const address = frame.subarray(28, 32).join(".");
  const mac = macText(frame.subarray(22, 28));
  if (!addresses.includes(address) || announced.has(`${address} ${mac}`)) return;
  announced.add(`${address} ${mac}`);
  report({ event: "announced", address, mac });
}

/** Complete entries of the other namespace. */
function arpCache(): Map<string, string> {
  try {
    const rows = Deno.readTextFileSync(`/proc/${pid}/net/arp`).trim().split("\n").slice(1);
    return new Map(
      rows.map((row) => row.split(/\s+/))
        .filter((words) => (Number(words[2]) & ATF_COM) !== 0)
        .map((words) => [words[0]!, words[3]!]),
    );
  } catch {
    return new Map();
  }
}

function report(line: ProbeEvent): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
}
