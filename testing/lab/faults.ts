import type { Host } from "./host.ts";

/** Something that happens to a host, so that its addresses have to move. */
export interface Fault {
  readonly name: string;
  readonly begin: (host: Host) => unknown;
  readonly end: (host: Host) => unknown;
}

const tool = (command: string) => (host: Host) => {
  const { exit, stdout, stderr } = host.ctdb(command);
  if (exit !== 0) throw new Error(`ctdb ${command} on host ${host.index}: ${stdout}${stderr}`);
};

/** The faults by name. */
export const faults = {
  disable: { name: "disable", begin: tool("disable"), end: tool("enable") },
  stop: { name: "stop", begin: tool("stop"), end: tool("continue") },
  kill: {
    name: "kill",
    begin: (host) => host.killDaemon(),
    end: (host) => host.startDaemon(),
  },
  link: { name: "link", begin: (host) => host.setLink(false), end: (host) => host.setLink(true) },
  power: { name: "power", begin: (host) => host.powerOff(), end: (host) => host.powerOn() },
} as const satisfies Record<string, Fault>;
