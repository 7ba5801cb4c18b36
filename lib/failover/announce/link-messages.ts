/** Messages of the kernel's routing socket, `rtnetlink(7)`: numbers are little-endian here. */

const NLMSG_HEADER = 16;
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const IFINFOMSG = 16;
const IFF_RUNNING = 0x40;
const ATTRIBUTE_HEADER = 4;
const NLM_F_REQUEST = 1;
const RTM_GETLINK = 18;
const NLMSG_ERROR = 2;
const IFLA_ADDRESS = 1;
const IFLA_BROADCAST = 2;
const IFLA_IFNAME = 3;
/** An alternative name may be this long, with its NUL. */
const ALTIFNAMSIZ = 128;
const IFNAMSIZ = 16;
const IFLA_ALT_IFNAME = 53;

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
  const name = nameIn(attributes(body));
  return name === undefined ? undefined : { name, running };
}

function nameIn(attributes: ReadonlyMap<number, Uint8Array>): string | undefined {
  const bytes = attributes.get(IFLA_IFNAME);
  return bytes && new TextDecoder().decode(bytes).replace(/\0.*$/s, "");
}

/** What the kernel says about an interface. */
export interface LinkDetails {
  /** Its own name, whatever it was asked by. */
  readonly name: string;
  readonly index: number;
  /** ARPHRD number. */
  readonly type: number;
  /** IFF bits. */
  readonly flags: number;
  /** Hardware addresses; empty on a link that has none. */
  readonly address: Uint8Array;
  readonly broadcast: Uint8Array;
}

/** The question which interface has a name, an alternative one too; `undefined` for no name. */
export function linkQuestion(name: string): Uint8Array<ArrayBuffer> | undefined {
  const text = new TextEncoder().encode(`${name}\0`);
  const isLong = text.length > IFNAMSIZ;
  if (name === "" || name.includes("\0") || text.length > ALTIFNAMSIZ) return undefined;
  const question = new Uint8Array(
    aligned(NLMSG_HEADER + IFINFOMSG + ATTRIBUTE_HEADER + text.length),
  );
  const view = viewOf(question);
  view.setUint32(0, question.length, true);
  view.setUint16(4, RTM_GETLINK, true);
  view.setUint16(6, NLM_F_REQUEST, true);
  const at = NLMSG_HEADER + IFINFOMSG;
  view.setUint16(at, ATTRIBUTE_HEADER + text.length, true);
  view.setUint16(at + 2, isLong ? IFLA_ALT_IFNAME : IFLA_IFNAME, true);
  question.set(text, at + ATTRIBUTE_HEADER);
  return question;
}

/** The answer to {@link linkQuestion}; `undefined` when there is no such interface. */
export function linkAnswer(datagram: Uint8Array): LinkDetails | undefined {
  if (datagram.length < NLMSG_HEADER + IFINFOMSG) return undefined;
  const view = viewOf(datagram);
  const length = Math.min(view.getUint32(0, true), datagram.length);
  const type = view.getUint16(4, true);
  if (type === NLMSG_ERROR || type !== RTM_NEWLINK) return undefined;
  const body = datagram.subarray(NLMSG_HEADER, length);
  if (body.length < IFINFOMSG) return undefined;
  const found = attributes(body);
  const info = viewOf(body);
  return {
    name: nameIn(found) ?? "",
    type: info.getUint16(2, true),
    index: info.getInt32(4, true),
    flags: info.getUint32(8, true),
    address: found.get(IFLA_ADDRESS)?.slice() ?? new Uint8Array(),
    broadcast: found.get(IFLA_BROADCAST)?.slice() ?? new Uint8Array(),
  };
}

/** The attributes of a message about an interface, up to one that is malformed. */
function attributes(body: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (let rest = body.subarray(IFINFOMSG); rest.length >= ATTRIBUTE_HEADER;) {
    const view = viewOf(rest);
    const length = view.getUint16(0, true);
    if (length < ATTRIBUTE_HEADER || length > rest.length) break;
    const type = view.getUint16(2, true);
    if (!found.has(type)) found.set(type, rest.subarray(ATTRIBUTE_HEADER, length));
    rest = rest.subarray(Math.min(aligned(length), rest.length));
  }
  return found;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Messages and attributes begin at multiples of four bytes. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}
