import type { NodeClient } from "../client/mod.ts";
import { Operation, type Packet, PlacedMessage, SRVID_LINK_COUNT } from "../wire/mod.ts";
import type { NodeState } from "./node-state.ts";

/** A question and its answer are the fields of a {@link LinkCount}, u32 in this order. */
const MESSAGE_WORDS = 5;

interface LinkCount {
  readonly asker: number;
  readonly answerer: number;
  readonly question: number;
  /** What the asker had sent when it asked. */
  readonly sent: number;
  /** How much of it has arrived; of no meaning in a question. */
  readonly received: number;
}

/** What is known of the way to a peer. */
interface Way {
  sent: number;
  received: number;
  asked: number;
  /** The last question that was answered. */
  answered: number;
  /** By how much the counts of both ends differed then; undefined before the first answer. */
  difference: number | undefined;
  /** The generation in which something was found to be lost. */
  lossyIn: number | undefined;
}

/** Srvids of our own, of which none carries anything that a recovery would make good. */
const OWN_SRVIDS_HIGH = Number(SRVID_LINK_COUNT >> 32n);

/** Whether the loss of a packet that is not urgent counts. */
export function isCounted(packet: Packet): boolean {
  const { operation } = packet;
  if (operation < Operation.REQ_MESSAGE || operation === Operation.REQ_TUNNEL) return true;
  // The question itself may be lost, and is asked again.
  return packet instanceof PlacedMessage && packet.srvidHigh !== OWN_SRVIDS_HIGH;
}

/**
 * Finds out whether packets were lost with a link. Both ends count the data that goes over it,
 * through all its connections: records, messages and tunnels; nothing urgent, which may pass the
 * others, and no controls: who waits for an answer hears that the link is down. Whenever a link is
 * up, each end asks the other for its count. The question stays behind all that was sent before, so
 * what was sent less what has arrived is always the same number, unless something is lost.
 *
 * A C daemon has no registration for the question and drops it: of packets to it nothing is known.
 */
export class LinkCounts {
  readonly #state: NodeState;
  readonly #ways: Way[] = [];
  #client: NodeClient | undefined;

  constructor(state: NodeState) {
    this.#state = state;
  }

  /** Questions of others are answered from now on. */
  start(client: NodeClient): void {
    this.#client = client;
    client.borrow(SRVID_LINK_COUNT, (data) => this.#heard(data));
  }

  /** Data went to a peer's link. */
  sent(pnn: number): void {
    this.#way(pnn).sent++;
  }

  /** Data came over a peer's link. */
  received(pnn: number): void {
    this.#way(pnn).received++;
  }

  /** Asks a peer what it has got. Its answer comes before that to the next control, unless urgent. */
  ask(pnn: number): void {
    const way = this.#way(pnn);
    const question = ++way.asked;
    this.#send(pnn, {
      asker: this.#state.pnn,
      answerer: pnn,
      question,
      sent: way.sent,
      received: 0,
    });
  }

  /** Whether the peer has answered the last question, and nothing of this generation is lost. */
  isWhole(pnn: number): boolean {
    const { answered, asked, lossyIn } = this.#way(pnn);
    return answered === asked && lossyIn !== this.#state.generation;
  }

  #way(pnn: number): Way {
    return this.#ways[pnn] ??= {
      sent: 0,
      received: 0,
      asked: 0,
      answered: 0,
      difference: undefined,
      lossyIn: undefined,
    };
  }

  #send(pnn: number, count: LinkCount): void {
    const { asker, answerer, question, sent, received } = count;
    const words = Uint32Array.of(asker, answerer, question, sent, received);
    this.#client?.message(pnn, SRVID_LINK_COUNT, new Uint8Array(words.buffer));
  }

  #heard(data: Uint8Array): void {
    const count = countIn(data);
    if (count === undefined) return;
    const { pnn, nodes } = this.#state;
    const { asker, answerer } = count;
    if (asker === pnn && answerer < nodes.size) this.#hearAnswer(count);
    else if (answerer === pnn && asker < nodes.size) {
      this.#send(asker, { ...count, received: this.#way(asker).received });
    }
  }

  #hearAnswer({ answerer, question, sent, received }: LinkCount): void {
    const way = this.#way(answerer);
    const difference = (sent - received) | 0;
    // What the first answer would have said nobody knows when it was lost.
    const expected = way.difference ?? (question === 1 ? difference : undefined);
    if (difference !== expected) way.lossyIn = this.#state.generation;
    way.difference = difference;
    way.answered = question;
  }
}

function countIn(data: Uint8Array): LinkCount | undefined {
  if (data.byteLength !== MESSAGE_WORDS * 4) return undefined;
  const [asker, answerer, question, sent, received] = new Uint32Array(data.slice().buffer);
  return {
    asker: asker!,
    answerer: answerer!,
    question: question!,
    sent: sent!,
    received: received!,
  };
}
