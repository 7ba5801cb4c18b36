/** The oldest release with leaders, and so the oldest that can be in one cluster with us: 4.16. */
const OLDEST_VERSION = 0x0004_0010;

/** Version and uptime that a keepalive carries. */
export interface KeepaliveContent {
  readonly version: number;
  readonly uptime_s: number;
}

/** What a tick found out about one peer. */
export type KeepaliveVerdict = "connected" | "alive" | "dead";

interface PeerLife {
  /** Frames since the last tick; any frame is a sign of life. */
  received: number;
  silentTicks: number;
  /** What the peer said its version is; undefined until its first keepalive. */
  version: number | undefined;
}

/**
 * Signs of life of the peers (`cluster.md` 4.9) and the version that each is told.
 *
 * C nodes shut down when a peer of another version has been up longer. The version says nothing
 * about us: we can talk to every release since leaders were introduced. So each peer is told the
 * version that it told us, and, until it has, the oldest version with an uptime of 0, against which
 * no C node can lose.
 */
export class Keepalive {
  readonly #peers = new Map<number, PeerLife>();
  readonly #ownVersion: number | undefined;

  /** @param ownVersion a version to insist on, as `CTDB_TEST_SAMBA_VERSION` does */
  constructor(ownVersion?: number) {
    this.#ownVersion = ownVersion;
  }

  /** Peers that anything is known of. */
  get size(): number {
    return this.#peers.size;
  }

  /** A frame of the peer came in. */
  received(pnn: number): void {
    this.#peer(pnn).received++;
  }

  /** A keepalive of the peer came in. */
  heard(pnn: number, version: number): void {
    this.#peer(pnn).version = version;
  }

  /** The link went down or came up: counting starts again. */
  reset(pnn: number): void {
    const peer = this.#peer(pnn);
    peer.received = 0;
    peer.silentTicks = 0;
    peer.version = undefined;
  }

  /** A KeepaliveInterval, or a fixed part of one, has passed; `limit` is in the same unit. */
  tick(pnn: number, connected: boolean, limit: number): KeepaliveVerdict {
    const peer = this.#peer(pnn);
    const silent = peer.received === 0;
    if (!connected) return silent ? "alive" : "connected";
    peer.silentTicks = silent ? peer.silentTicks + 1 : 0;
    peer.received = 0;
    return peer.silentTicks >= limit ? "dead" : "alive";
  }

  /** What to tell this peer. */
  content(pnn: number, uptime_s: number): KeepaliveContent {
    if (this.#ownVersion !== undefined) return { version: this.#ownVersion, uptime_s };
    const version = this.#peer(pnn).version;
    if (version === undefined) return { version: OLDEST_VERSION, uptime_s: 0 };
    return { version, uptime_s };
  }

  /** The version a peer reported, for people. */
  version(pnn: number): number | undefined {
    return this.#peers.get(pnn)?.version;
  }

  #peer(pnn: number): PeerLife {
    let peer = this.#peers.get(pnn);
    if (peer === undefined) {
      peer = { received: 0, silentTicks: 0, version: undefined };
      this.#peers.set(pnn, peer);
    }
    return peer;
  }
}
