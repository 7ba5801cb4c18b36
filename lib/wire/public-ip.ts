import { type SocketAddress, socketAddress } from "./address.ts";
import { at, type Codec, list, struct } from "./codec.ts";
import { WireError } from "./errors.ts";
import { paddedText, strnOrNull, u16, u32 } from "./primitives.ts";

/** A public address and the node that hosts it, or shall (wire.md 10.8). */
export interface PublicIp {
  /** 0xFFFFFFFF: nobody. */
  readonly pnn: number;
  readonly address: SocketAddress;
}

/** Public IP, 32 bytes. */
export const publicIp: Codec<PublicIp> = struct<PublicIp>({
  pnn: at(0, u32),
  address: at(4, socketAddress),
}, 32);

/** Public IP list. */
export const publicIpList: Codec<readonly PublicIp[]> = list(publicIp);

/** A network interface that public addresses can be on (10.9). */
export interface Interface {
  /** At most 17 bytes. */
  readonly name: string;
  /** Whether a cable is plugged in, as far as scripts can tell. */
  readonly linkUp: boolean;
  /** How many of the node's public addresses are on it. */
  readonly references: number;
}

/** 0 or 1; SET_IFACE_LINK_STATE with anything else is refused (failover.md 3.1). */
const linkState: Codec<boolean> = {
  minSize: 2,
  write: (w, value) => w.u16(value ? 1 : 0),
  read(r) {
    const value = u16.read(r);
    if (value > 1) throw new WireError("value", `read link state: ${value}`);
    return value === 1;
  },
};

/** Interface, 24 bytes. */
export const networkInterface: Codec<Interface> = struct<Interface>({
  name: at(0, paddedText(18)),
  linkUp: at(18, linkState),
  references: at(20, u32),
}, 24);

/** Interface list. */
export const interfaceList: Codec<readonly Interface[]> = list(networkInterface);

/** A public address with the interfaces it may be on (10.8). */
export interface PublicIpInfo {
  readonly ip: PublicIp;
  /** Index into `interfaces` of the one it is on; 0xFFFFFFFF: none. */
  readonly activeIndex: number;
  readonly interfaces: readonly Interface[];
}

/** Public IP info: public IP, `u32 active_idx` at 32, interface list at 36. */
export const publicIpInfo: Codec<PublicIpInfo> = struct<PublicIpInfo>({
  ip: at(0, publicIp),
  activeIndex: at(32, u32),
  interfaces: at(36, interfaceList),
});

/** An address with its prefix length, and the interface it goes on (10.9). */
export interface AddressInfo {
  readonly address: SocketAddress;
  readonly maskBits: number;
  readonly interface: string | null;
}

/** Address info: `sockaddr`, `u32 mask bits` at 28, `strn interface` at 32. */
export const addressInfo: Codec<AddressInfo> = struct<AddressInfo>({
  address: at(0, socketAddress),
  maskBits: at(28, u32),
  interface: at(32, strnOrNull),
});

/** A TCP connection of a client to a public address (10.10). */
export interface Connection {
  /** The client. */
  readonly src: SocketAddress;
  /** The public address. */
  readonly dst: SocketAddress;
}

/** Connection, 56 bytes. */
export const connection: Codec<Connection> = struct<Connection>({
  src: at(0, socketAddress),
  dst: at(28, socketAddress),
}, 56);

/** The connections to one public address, to be told when it moves (10.10). */
export interface AddressTickles {
  readonly address: SocketAddress;
  readonly connections: readonly Connection[];
}

/** Tickle list: `sockaddr`, `u32 num` at 28, the connections. */
export const tickleList: Codec<AddressTickles> = struct<AddressTickles>({
  address: at(0, socketAddress),
  connections: at(28, list(connection)),
});
