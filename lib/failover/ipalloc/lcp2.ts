import { squaredDistance } from "./address-words.ts";
import type { Plan, PlannedAddress } from "./plan.ts";
import { NOBODY } from "./nobody.ts";
import type { AllocationInput } from "./types.ts";

/**
 * Algorithm 2 (`failover.md` 6.4): spreads each network over the nodes. Addresses that resemble
 * each other repel each other; only nodes that were empty, or were named, receive in a rebalance.
 */
export function allocateLcp2(plan: Plan, input: AllocationInput): void {
  plan.unassignUnsuitable();
  const board = new Board(plan);
  const forced = new Set(input.forceRebalance.filter((pnn) => pnn < plan.nodeCount));
  const targets: RebalanceTargets = { pnns: emptyNodes(plan, forced), forced };
  fill(board);
  if (input.noIPFailback || targets.pnns.length === 0) return;
  rebalance(board, targets);
}

interface RebalanceTargets {
  /** Ascending. Found before the fill, and not looked at again. */
  readonly pnns: readonly number[];
  readonly forced: ReadonlySet<number>;
}

function emptyNodes(plan: Plan, forced: ReadonlySet<number>): number[] {
  const pnns: number[] = [];
  for (let pnn = 0; pnn < plan.nodeCount; pnn++) {
    if (plan.load(pnn) === 0 || forced.has(pnn)) pnns.push(pnn);
  }
  return pnns;
}

/**
 * Costs and imbalances, kept up to date at each assignment instead of added up anew for each
 * comparison. All are sums modulo 2^32, as in the C program, so adding and taking away agree.
 */
class Board {
  readonly plan: Plan;
  /** Stored imbalance of each node. */
  readonly imbalance: Uint32Array;
  readonly #cost: Uint32Array;

  constructor(plan: Plan) {
    this.plan = plan;
    this.imbalance = new Uint32Array(plan.nodeCount);
    this.#cost = new Uint32Array(plan.nodeCount * plan.addresses.length);
    plan.addresses.forEach((planned, index) => {
      if (planned.pnn === NOBODY) return;
      // The cost against those counted so far makes each pair count once.
      this.imbalance[planned.pnn]! += this.cost(index, planned.pnn);
      this.#addCosts(planned, planned.pnn, 1);
    });
  }

  /** Sum of squared distances of an address to the other addresses on a node. */
  cost(index: number, pnn: number): number {
    return this.#cost[index * this.plan.nodeCount + pnn]!;
  }

  /** Follows an assignment that was made in the plan. */
  moved(planned: PlannedAddress, from: number): void {
    if (from !== NOBODY) this.#addCosts(planned, from, -1);
    this.#addCosts(planned, planned.pnn, 1);
  }

  #addCosts(added: PlannedAddress, pnn: number, sign: 1 | -1): void {
    const { addresses, nodeCount } = this.plan;
    addresses.forEach((other, index) => {
      if (other === added) return;
      this.#cost[index * nodeCount + pnn]! += sign * squaredDistance(added.words, other.words);
    });
  }
}

function fill(board: Board): void {
  const { plan } = board;
  for (;;) {
    let best: { index: number; pnn: number; cost: number } | undefined;
    plan.addresses.forEach((planned, index) => {
      if (planned.pnn !== NOBODY) return;
      for (let pnn = 0; pnn < plan.nodeCount; pnn++) {
        if (!plan.canTake(pnn, planned)) continue;
        const cost = board.cost(index, pnn);
        if (best === undefined || cost < best.cost) best = { index, pnn, cost };
      }
    });
    if (best === undefined) return;
    const { index, pnn, cost } = best;
    const planned = plan.addresses[index]!;
    plan.assign(planned, pnn, { kind: "cheapest", pnn, cost });
    board.moved(planned, NOBODY);
    board.imbalance[pnn]! += cost;
  }
}

interface Move {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly fromCost: number;
  readonly toCost: number;
  readonly fromImbalance: number;
  readonly toImbalance: number;
}

/**
 * Each move lowers the sum of the imbalances, so the loop ends by itself; only where the 32-bit
 * sums wrapped could it go round in a circle, and there the bound ends it.
 */
function rebalance(board: Board, targets: RebalanceTargets): void {
  const limit = 16 * board.plan.addresses.length + 64;
  for (let moves = 0; moves < limit; moves++) {
    const move = findMove(board, targets.pnns);
    if (move === undefined) return;
    carryOut(board, move, targets.forced);
  }
}

/** The best move of the most imbalanced node that has one. */
function findMove(board: Board, targets: readonly number[]): Move | undefined {
  const order = Array.from(board.imbalance.keys())
    .sort((a, b) => board.imbalance[b]! - board.imbalance[a]! || a - b);
  for (const from of order) {
    if (board.imbalance[from] === 0) return undefined;
    const move = bestMoveFrom(board, from, targets);
    if (move !== undefined) return move;
  }
  return undefined;
}

function bestMoveFrom(board: Board, from: number, targets: readonly number[]): Move | undefined {
  const { plan, imbalance } = board;
  let best: Move | undefined;
  let bestSum = 0;
  plan.addresses.forEach((planned, index) => {
    if (planned.pnn !== from) return;
    const fromCost = board.cost(index, from);
    const fromImbalance = (imbalance[from]! - fromCost) >>> 0;
    for (const to of targets) {
      if (!plan.canTake(to, planned)) continue;
      const toCost = board.cost(index, to);
      const toImbalance = (imbalance[to]! + toCost) >>> 0;
      if (toImbalance >= imbalance[from]! || toCost >= fromCost) continue;
      const sum = (fromImbalance + toImbalance) >>> 0;
      if (best !== undefined && sum >= bestSum) continue;
      best = { index, from, to, fromCost, toCost, fromImbalance, toImbalance };
      bestSum = sum;
    }
  });
  return best;
}

function carryOut(board: Board, move: Move, forced: ReadonlySet<number>): void {
  const planned = board.plan.addresses[move.index]!;
  board.plan.assign(planned, move.to, {
    kind: "rebalanced",
    from: move.from,
    pnn: move.to,
    fromCost: move.fromCost,
    cost: move.toCost,
    forced: forced.has(move.to),
  });
  board.moved(planned, move.from);
  board.imbalance[move.from] = move.fromImbalance;
  board.imbalance[move.to] = move.toImbalance;
}
