import { createLogger, LogLevel } from "../../../lib/base/mod.ts";
import type {
  AddressEntry,
  AddressFileResult,
  FailoverControl,
  FailoverHost,
  FailoverOptions,
  IpEvent,
} from "../../../lib/failover/mod.ts";
import { PublicAddresses } from "../../../lib/failover/mod.ts";
import {
  controlByOpcode,
  type ControlReply,
  type ControlRequest,
  defaultTunables,
  parseSocketAddress,
  RecoveryMode,
  RunState,
  type SocketAddress,
  type TunableName,
} from "../../../lib/wire/mod.ts";
import { VirtualClock } from "../../../testing/virtual-clock.ts";

/** An event that a test has not ended yet. */
export interface RunningEvent {
  readonly event: IpEvent;
  readonly args: readonly string[];
  end(status: number): void;
}

/**
 * A node around public addresses, of which all can be seen: its kernel is a set of addresses, its
 * scripts run until the test ends them.
 */
export class FakeHost implements FailoverHost {
  readonly pnn = 1;
  readonly clock = new VirtualClock();
  /** What was logged, all levels but DEBUG. */
  readonly lines: string[] = [];
  readonly log = createLogger(
    (_level, _subsystem, message) => this.lines.push(message),
    () => LogLevel.INFO,
  );
  runstate: number = RunState.RUNNING;
  recoveryMode: number = RecoveryMode.NORMAL;
  flags = 0;
  readonly kernel = new Set<string>();
  readonly links = new Set(["eth0", "eth1", "eth2"]);
  readonly altnames = new Map<string, string>();
  readonly running: RunningEvent[] = [];
  readonly messages: { destination: number; srvid: bigint; text: string }[] = [];
  readonly controls: { destination: number; name: string | undefined; data: Uint8Array }[] = [];
  readonly bans: string[] = [];
  readonly announced: string[] = [];
  readonly tickled: string[] = [];
  readonly announcer = {
    announce: (address: string, iface: string) => void this.announced.push(`${address} ${iface}`),
    tickle: (from: SocketAddress, to: SocketAddress) =>
      void this.tickled.push(`${from.address}:${from.port} ${to.address}:${to.port}`),
  };
  fileReads: ((result: AddressFileResult) => void)[] = [];

  tunable(name: TunableName): number {
    return defaultTunables[name];
  }
  nodeFlags(pnn: number): number {
    return pnn === this.pnn ? this.flags : 0;
  }
  runEvent(event: IpEvent, args: readonly string[], done: (status: number) => void): void {
    const running: RunningEvent = {
      event,
      args,
      end: (status) => {
        this.running.splice(this.running.indexOf(running), 1);
        done(status);
      },
    };
    this.running.push(running);
  }
  localAddresses() {
    return this.kernel;
  }
  interfaceName(name: string): string | undefined {
    return this.links.has(name) ? name : this.altnames.get(name);
  }
  readAddressFile(done: (result: AddressFileResult) => void): void {
    this.fileReads.push(done);
  }
  sendMessage(destination: number, srvid: bigint, data: Uint8Array): void {
    this.messages.push({ destination, srvid, text: new TextDecoder().decode(data) });
  }
  broadcastControl(destination: number, opcode: number, data: Uint8Array): void {
    this.controls.push({ destination, name: controlByOpcode(opcode), data });
  }
  banSelf(reason: string): void {
    this.bans.push(reason);
  }
}

/** What a handler answered so far. */
export interface Answer<R> {
  status: number | undefined;
  reply: R | undefined;
}

/** A node with public addresses, driven by a test. */
export class Fixture {
  readonly host = new FakeHost();
  readonly addresses: PublicAddresses;

  constructor(entries: readonly AddressEntry[], options: Partial<FailoverOptions> = {}) {
    this.addresses = new PublicAddresses(this.host, {
      failoverDisabled: false,
      checkAddresses: true,
      ...options,
    });
    this.addresses.load(entries);
  }

  /** Hands a control to its handler, as if local client 7 had sent it. */
  control<N extends FailoverControl>(
    name: N,
    request: ControlRequest<N>,
    sender: { srcnode?: number; clientId?: number; flags?: number } = {},
  ): Answer<ControlReply<N>> {
    const answer: Answer<ControlReply<N>> = { status: undefined, reply: undefined };
    const from = { srcnode: this.host.pnn, clientId: 7, flags: 0, ...sender };
    this.addresses.handlers[name](request, from, (status, reply) => {
      if (answer.status !== undefined) throw new Error(`${name} was answered twice`);
      answer.status = status;
      answer.reply = reply;
    });
    return answer;
  }

  /** Ends the oldest running event, with what its script does to the kernel. */
  endEvent(status = 0, { touchKernel = true } = {}): RunningEvent {
    const running = this.host.running[0];
    if (running === undefined) throw new Error("no event is running");
    const address = running.args.at(-2);
    if (touchKernel && address !== undefined) {
      if (running.event === "releaseip") this.host.kernel.delete(address);
      else this.host.kernel.add(address);
    }
    running.end(status);
    return running;
  }

  takeOver(address: string) {
    return this.control("TAKEOVER_IP", { pnn: 1, address: parseSocketAddress(address) });
  }

  release(address: string, holder: number) {
    return this.control("RELEASE_IP", { pnn: holder, address: parseSocketAddress(address) });
  }

  /** Takes an address with a script that succeeds. */
  hold(address: string): void {
    this.takeOver(address);
    this.endEvent();
  }

  /** The holder of each address in this node's opinion. */
  holders(): Record<string, number> {
    return Object.fromEntries(this.addresses.status().map((s) => [s.address, s.holder]));
  }

  /** Address and interface of what is assigned here. */
  assigned(): Record<string, string | undefined> {
    return Object.fromEntries(this.addresses.status().map((s) => [s.address, s.interface]));
  }

  references(): Record<string, number> {
    const list = this.control("GET_IFACES", undefined).reply ?? [];
    return Object.fromEntries(list.map((i) => [i.name, i.references]));
  }

  setLink(name: string, linkUp: boolean): number | undefined {
    return this.control("SET_IFACE_LINK_STATE", { name, linkUp, references: 0 }).status;
  }
}

/** An entry with mask 24. */
export function entry(address: string, ...interfaces: string[]): AddressEntry {
  return { address, maskBits: 24, interfaces: interfaces.length === 0 ? ["eth0"] : interfaces };
}
