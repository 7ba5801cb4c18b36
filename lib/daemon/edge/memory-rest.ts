import { type Clock, collectGarbage, type Logger, trimAllocator } from "../../base/mod.ts";
import type { CoreWork } from "../border/heartbeat.ts";
import { edgeLibc } from "./libc.ts";

/** Time between two looks at how busy the node is. */
const LOOK_MS = 1000;
/** Looks after which a little is given back, too. */
const LONG_LOOKS = 10;
/** Turns of the core in a look that still count as rest: an idle cluster makes some ten a second. */
const RESTING_TURNS = 40;
/** Time in turns in a look that still counts as rest: turns are few, too, where each is long. */
const RESTING_US = 250_000;
/** What must have come since the last time for it to be worth the trouble after {@link LONG_LOOKS}. */
const GROWN_BYTES = 12 << 20;
/** What is given back as soon as nobody asks for anything. */
const MUCH_GROWN_BYTES = 48 << 20;
/** The core collects in the meantime. */
const TRIM_DELAY_MS = 1000;

/** What the rest needs to know and to have done. */
interface Ports {
  readonly clock: Clock;
  readonly log: Logger;
  /** What the core has done so far. */
  readonly work: () => CoreWork;
  /** Has the core collect its own garbage. */
  readonly collectCore: () => void;
  /** Bytes of its own that the process has in memory. */
  readonly resident?: () => number;
  /** Gives back what nobody has a use for. */
  readonly release?: () => void;
}

/**
 * Gives memory back when the node has nothing to do: after the start, and after a load or a
 * recovery that has left something behind. Nothing else would: the core's thread never comes by the
 * place where the runtime shrinks a heap, and the C library keeps what was freed.
 */
export class MemoryRest {
  readonly #ports: Ports;
  #timer: { cancel(): void } | undefined;
  #work: CoreWork = { turns: 0, busy: false, busy_us: 0 };
  /** What was done before the long look that is under way, and how many looks it has had. */
  #longWork: CoreWork = this.#work;
  #looks = 0;
  #rested_bytes = 0;
  #started_bytes = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  start(): void {
    const { work, resident = residentBytes } = this.#ports;
    this.#work = this.#longWork = work();
    this.#started_bytes = resident();
    this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    this.#timer = this.#ports.clock.setTimer(LOOK_MS, () => {
      if (this.#isTime()) this.#rest();
      else this.#look();
    });
  }

  #isTime(): boolean {
    const { work, resident = residentBytes } = this.#ports;
    const now = work();
    const rests = isRest(this.#work, now, 1);
    this.#work = now;
    let most_bytes = Infinity;
    // What the start has left may be needed in its next step.
    const usual_bytes = this.#rested_bytes || this.#started_bytes;
    if (rests) most_bytes = usual_bytes + MUCH_GROWN_BYTES;
    if (++this.#looks === LONG_LOOKS) {
      this.#looks = 0;
      const longRests = isRest(this.#longWork, now, LONG_LOOKS);
      this.#longWork = now;
      if (longRests) {
        most_bytes = Math.min(most_bytes, this.#rested_bytes + GROWN_BYTES);
      }
    }
    return most_bytes !== Infinity && resident() >= most_bytes;
  }

  #rest(): void {
    const { clock, log, collectCore, resident = residentBytes, release = releaseUnused } =
      this.#ports;
    const before_bytes = resident();
    collectCore();
    this.#timer = clock.setTimer(TRIM_DELAY_MS, () => {
      collectGarbage();
      release();
      this.#rested_bytes = resident();
      log.info(
        `Memory given back: ${mebibytes(before_bytes)} MiB, now ${mebibytes(resident())} MiB`,
      );
      this.#look();
    });
  }
}

/** Whether next to nothing was done from `before` to `now`, `looks` looks later. */
function isRest(before: CoreWork, now: CoreWork, looks: number): boolean {
  return !now.busy && (now.turns - before.turns) >>> 0 <= RESTING_TURNS * looks &&
    (now.busy_us - before.busy_us) >>> 0 <= RESTING_US * looks;
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / (1 << 20));
}

/** Without the pages of files: those come and go, and cost nobody anything. */
function residentBytes(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

const MADV_DONTNEED = 4;

/** What the allocator holds for later, and the pages of programs that only the start has needed. */
export function releaseUnused(): void {
  trimAllocator();
  const { madvise } = edgeLibc();
  const mappings = cleanProgramMappings(Deno.readTextFileSync("/proc/self/smaps"), Deno.execPath());
  for (const { start, end } of mappings) {
    // A page that is needed again is mapped again: it is still in the page cache.
    madvise(start, end - start, MADV_DONTNEED);
  }
}

/** A part of the address space, its end not included. */
export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
}

/** A page that is the mapping's own, in memory or swapped out, could not be read again. */
const OWN_PAGES = /^(?:Anonymous|Swap): +[1-9]/m;

/**
 * The mappings in the text of `/proc/PID/smaps` that hold nothing but unchanged pages of `program`
 * or of a library: code and constants. Both stay where they are as long as the process lives;
 * another file's pages could have made room for something else since the text was read.
 */
export function cleanProgramMappings(smaps: string, program: string): Mapping[] {
  return smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).flatMap((entry) => {
    const head = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p [0-9a-f]+ \S+ \d+ +(\/.*)$/m.exec(entry);
    if (head === null || OWN_PAGES.test(entry)) return [];
    const [, start, end, path] = head;
    const stays = path === program || /\.so(?:\.\d+)*$/.test(path!);
    return stays ? [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }] : [];
  });
}
