/** Messages of the kernel's routing socket, `rtnetlink(7)`: numbers are little-endian here. */

const NLMSG_HEADER = 16;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const IFINFOMSG = 16;
const IFF_RUNNING = 0x40;
const ATTRIBUTE_HEADER = 4;
const IFLA_IFNAME = 3;

/** What a message says about an interface. */
export interface LinkState {
  readonly name: string;
  /** It can carry packets. */
  readonly running: boolean;
}

/** The interfaces that a datagram of the routing socket is about; what is malformed is left out. */
export function linkChanges(datagram: Uint8Array): LinkState[] {
  const changes: LinkState[] = [];
  for (let rest = datagram; rest.length >= NLMSG_HEADER;) {
    const view = viewOf(rest);
    const length = view.getUint32(0, true);
    if (length < NLMSG_HEADER || length > rest.length) break;
    const type = view.getUint16(4, true);
    const body = rest.subarray(NLMSG_HEADER, length);
    if (type === RTM_NEWLINK || type === RTM_DELLINK) {
      const change = linkState(body, type === RTM_NEWLINK);
      if (change !== undefined) changes.push(change);
    }
    rest = rest.subarray(Math.min(aligned(length), rest.length));
  }
  return changes;
}

function linkState(body: Uint8Array, exists: boolean): LinkState | undefined {
  if (body.length < IFINFOMSG) return undefined;
  const running = exists && (viewOf(body).getUint32(8, true) & IFF_RUNNING) !== 0;
  for (let rest = body.subarray(IFINFOMSG); rest.length >= ATTRIBUTE_HEADER;) {
    const view = viewOf(rest);
    const length = view.getUint16(0, true);
    if (length < ATTRIBUTE_HEADER || length > rest.length) return undefined;
    if (view.getUint16(2, true) === IFLA_IFNAME) {
      const text = new TextDecoder().decode(rest.subarray(ATTRIBUTE_HEADER, length));
      return { name: text.replace(/\0.*$/s, ""), running };
    }
    rest = rest.subarray(Math.min(aligned(length), rest.length));
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Messages and attributes begin at multiples of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}
