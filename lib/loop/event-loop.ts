import { type Clock, Errno, errno, errnoText, systemClock, type Timer } from "../base/mod.ts";
import { MAX_CATCH_UP_MS, MAX_TIMER_DELAY_MS, MAX_TURN_EVENTS } from "../limits/mod.ts";
import { Alarm } from "./alarm.ts";
import { Collections } from "./collections.ts";
import { LoopError } from "./errors.ts";
import { libc, type LoopLibc } from "./libc.ts";
import { MonotonicClock } from "./monotonic.ts";
import { TimerHeap } from "./timer-heap.ts";
import { TurnTimes } from "./turn-times.ts";

/** Somebody who is told when a descriptor can be read or written. */
export interface Watcher {
  /** Served before the others of a turn: links to nodes and the border, before clients. */
  readonly urgent: boolean;
  /** There are bytes, a connection, or an end. Must not take more than a bounded share. */
  readable(): void;
  /** There is room again; only while it was asked for. */
  writable(): void;
}

/** Somebody with bytes that leave at the end of the turn. */
export interface Flusher {
  flush(): void;
}

/** What a loop tells and asks. */
export interface EventLoopOptions {
  /** Something that was called by the loop threw; what it was, and what it threw. */
  readonly onFault: (what: string, error: unknown) => void;
  /** Called at the begin of a turn with work to do, and at its end: for a watch from outside. */
  readonly onTurn?: (busy: boolean, now_ms: number) => void;
}

const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;
const EPOLLERR = 0x008;
const EPOLLHUP = 0x010;
const EPOLLRDHUP = 0x2000;
const EPOLLET = 0x80000000;
/** Data and the end may be told at once, the end only once: who has read the data looks again. */
const EDGES = EPOLLIN | EPOLLRDHUP | EPOLLET;
const ENDS = EPOLLERR | EPOLLHUP | EPOLLRDHUP;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLL_CLOEXEC = 0o2000000;

/** So many clients of a turn have their answers before the next are served: they go on meanwhile. */
const CLIENTS_A_FLUSH = 8;

/** `struct epoll_event` is packed on x86-64 only. In both, the descriptor lies behind the events. */
const EVENT_WORDS = Deno.build.arch === "x86_64" ? 3 : 4;
const DATA_WORD = Deno.build.arch === "x86_64" ? 1 : 2;

/**
 * The core's own event loop: one `epoll_wait`, one heap of timers, one queue of deferred work.
 *
 * A turn serves the descriptors that are ready (nodes first), then what was deferred, then timers
 * that are due, and sends what all of it left in output buffers; of many clients some of it earlier.
 * Deno's own loop does not run meanwhile: nothing here may wait for a promise of Deno's.
 */
export class EventLoop implements Clock {
  readonly #options: EventLoopOptions;
  readonly #libc: LoopLibc = libc();
  readonly #epoll: number;
  readonly #events = new Uint32Array(MAX_TURN_EVENTS * EVENT_WORDS);
  readonly #change = new Uint32Array(EVENT_WORDS);
  readonly #watchers: (Watcher | undefined)[] = [];
  /** Of each descriptor, what the kernel is to tell. */
  readonly #interests: number[] = [];
  readonly #timers = new TimerHeap();
  readonly #clock = new MonotonicClock();
  readonly #alarm: Alarm;
  #deferred: (() => void)[] = [];
  /** The first {@link #flushCount} are to be called; setting the length of an array is slow. */
  readonly #flushers: (Flusher | undefined)[] = [];
  #flushCount = 0;
  #running = false;
  #givesWay = false;
  /** When the last turn ended: until the next one waits no time goes by that counts. */
  #ended_ms = 0;

  /** How long turns took: for statistics. */
  readonly turnTimes: TurnTimes = new TurnTimes();
  /** Garbage collections of this thread. */
  readonly collections: Collections = new Collections();

  /** @throws {LoopError} the kernel gives no epoll descriptor */
  constructor(options: EventLoopOptions) {
    this.#options = options;
    this.#epoll = this.#libc.epoll_create1(EPOLL_CLOEXEC);
    if (this.#epoll < 0) throw new LoopError(`make an epoll descriptor: ${errnoText(errno())}`);
    this.#alarm = new Alarm(this.#clock);
    const rung = () => this.#alarm.rung();
    this.watchEdges(this.#alarm.fd, { urgent: true, readable: rung, writable: rung });
  }

  now(): number {
    return this.#clock.now_ms();
  }

  wallTime(): bigint {
    return systemClock.wallTime();
  }

  setTimer(delay_ms: number, callback: () => void): Timer {
    return this.#timers.add(this.#clock.now_ms() + delay_ms, callback);
  }

  /** Runs `callback` in the next turn, in order, before timers. */
  defer(callback: () => void): void {
    this.#deferred.push(callback);
  }

  /** Has `flusher` called once at the end of this turn. It asks again for the next. */
  flushLater(flusher: Flusher): void {
    this.#flushers[this.#flushCount++] = flusher;
  }

  /**
   * Tells `watcher` from now on when `fd` can be read. Closing the descriptor ends it, after
   * {@link unwatch}.
   *
   * @throws {LoopError} the kernel refuses
   */
  watch(fd: number, watcher: Watcher): void {
    this.#control(EPOLL_CTL_ADD, fd, EPOLLIN);
    this.#watchers[fd] = watcher;
  }

  /**
   * {@link watch}, but `watcher` is told once of what has come: it reads all of it or calls
   * {@link lookAgain}. The kernel need not look at the descriptor once more before each wait.
   *
   * @throws {LoopError} the kernel refuses
   */
  watchEdges(fd: number, watcher: Watcher): void {
    this.#control(EPOLL_CTL_ADD, fd, EDGES);
    this.#watchers[fd] = watcher;
  }

  /** Which of its events a watched descriptor is to be told, as long as they last. */
  want(fd: number, { read, write }: { readonly read: boolean; readonly write: boolean }): void {
    this.#control(EPOLL_CTL_MOD, fd, (read ? EPOLLIN : 0) | (write ? EPOLLOUT : 0));
  }

  /** As {@link watchEdges} had it, after a time in which it was wanted otherwise. */
  wantEdges(fd: number): void {
    this.#control(EPOLL_CTL_MOD, fd, EDGES);
  }

  /** Has the watcher of a descriptor told in the next turn of what is still there. */
  lookAgain(fd: number): void {
    this.#control(EPOLL_CTL_MOD, fd, this.#interests[fd]!);
  }

  /** At the end of this turn whoever waits for the processor goes first. */
  giveWay(): void {
    this.#givesWay = true;
  }

  unwatch(fd: number): void {
    if (this.#watchers[fd] === undefined) return;
    this.#watchers[fd] = undefined;
    this.#control(EPOLL_CTL_DEL, fd, 0);
  }

  /** Turns until {@link stop}. Settles in the turn in which that was called. */
  async run(): Promise<void> {
    this.#running = true;
    this.#ended_ms = this.#clock.now_ms();
    while (this.#running) {
      this.#turn();
      // Nothing of the core makes a promise; what the runtime itself has waiting may go on here.
      await null;
    }
  }

  /** One turn over what is ready, without waiting: for who has another loop beside this one. */
  turnNow(): void {
    this.#turn(0);
  }

  /** Ends {@link run} with this turn. */
  stop(): void {
    this.#running = false;
  }

  /** Closes the epoll descriptor; the loop is of no use afterwards. */
  close(): void {
    this.collections.close();
    this.#alarm.close();
    this.#libc.close(this.#epoll);
  }

  #turn(longest_ms?: number): void {
    const count = this.#wait(longest_ms ?? this.#timeout_ms());
    const begun_ms = this.#clock.now_ms();
    this.#options.onTurn?.(true, begun_ms);
    if (count > 0) this.#serve(count);
    this.#runDeferred();
    this.#catchUp(begun_ms);
    this.#runTimers(begun_ms);
    this.#flush();
    const ended_ms = this.#ended_ms = this.#clock.now_ms();
    this.#options.onTurn?.(false, ended_ms);
    this.turnTimes.add(ended_ms - begun_ms);
    if (this.#givesWay) this.#yield();
    this.collections.turn(ended_ms);
  }

  #yield(): void {
    this.#givesWay = false;
    this.#libc.sched_yield();
  }

  #wait(timeout_ms: number): number {
    const { epoll_wait } = this.#libc;
    const count = epoll_wait(this.#epoll, this.#events, MAX_TURN_EVENTS, timeout_ms);
    if (count >= 0) return count;
    const error = errno();
    if (error !== Errno.EINTR) throw new LoopError(`wait for events: ${errnoText(error)}`);
    // Also after a process was stopped and goes on: no timer may be judged before what has come.
    return this.#wait(0);
  }

  /**
   * After a standstill, of a turn or of the whole process: all that nodes have said meanwhile is heard
   * before timers judge their silence.
   */
  #catchUp(now_ms: number): void {
    if (now_ms - this.#timers.next_ms < MAX_TIMER_DELAY_MS) return;
    const end_ms = this.#clock.now_ms() + MAX_CATCH_UP_MS;
    while (this.#serveUrgent(this.#wait(0)) && this.#clock.now_ms() < end_ms);
  }

  /** Serves the urgent ones; returns whether there was something to read. */
  #serveUrgent(count: number): boolean {
    let read = false;
    for (let i = 0; i < count; i++) {
      const watcher = this.#watcherOf(i);
      if (watcher?.urgent === false) this.lookAgain(this.#descriptorOf(i));
      if (watcher?.urgent !== true) continue;
      read ||= (this.#events[i * EVENT_WORDS]! & EPOLLIN) !== 0;
      this.#serveOne(i);
    }
    return read;
  }

  /** None, or for ever: the alarm ends the wait when the next timer is due. */
  #timeout_ms(): number {
    if (this.#deferred.length > 0) return 0;
    const next_ms = this.#timers.next_ms;
    if (next_ms <= this.#ended_ms) return 0;
    this.#alarm.ringBy(next_ms);
    return -1;
  }

  #serve(count: number): void {
    if (count === 1) return this.#serveOne(0);
    for (let i = 0; i < count; i++) if (this.#watcherOf(i)?.urgent === true) this.#serveOne(i);
    let served = 0;
    for (let i = 0; i < count; i++) {
      if (this.#watcherOf(i)?.urgent !== false) continue;
      this.#serveOne(i);
      if (++served % CLIENTS_A_FLUSH === 0) this.#flush();
    }
  }

  /** Of the event now: an earlier one of this turn may have closed the descriptor. */
  #watcherOf(index: number): Watcher | undefined {
    return this.#watchers[this.#descriptorOf(index)];
  }

  #descriptorOf(index: number): number {
    return this.#events[index * EVENT_WORDS + DATA_WORD]!;
  }

  #serveOne(index: number): void {
    const watcher = this.#watcherOf(index);
    if (watcher === undefined) return;
    const events = this.#events[index * EVENT_WORDS]!;
    try {
      if ((events & EPOLLOUT) !== 0) watcher.writable();
      if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) !== 0) watcher.readable();
    } catch (error) {
      this.#options.onFault("Serve a descriptor", error);
    }
    if ((events & ENDS) !== 0) this.#endIsNear(this.#descriptorOf(index), watcher);
  }

  /** Behind what was read now comes the end, of which nothing else would tell. */
  #endIsNear(fd: number, watcher: Watcher): void {
    if (this.#watchers[fd] === watcher && this.#interests[fd] === EDGES) this.lookAgain(fd);
  }

  #runDeferred(): void {
    if (this.#deferred.length === 0) return;
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const callback of deferred) this.#call("Deferred work", callback);
  }

  #runTimers(now_ms: number): void {
    for (;;) {
      const callback = this.#timers.takeDue(now_ms);
      if (callback === undefined) return;
      this.#call("Timer", callback);
    }
  }

  #call(what: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#options.onFault(what, error);
    }
  }

  #flush(): void {
    // Whoever asks meanwhile is called, too.
    for (let i = 0; i < this.#flushCount; i++) {
      const flusher = this.#flushers[i]!;
      this.#flushers[i] = undefined;
      try {
        flusher.flush();
      } catch (error) {
        this.#options.onFault("Send", error);
      }
    }
    this.#flushCount = 0;
  }

  #control(operation: number, fd: number, events: number): void {
    this.#interests[fd] = events;
    this.#change[0] = events;
    this.#change[DATA_WORD] = fd;
    const change = this.#change;
    if (this.#libc.epoll_ctl(this.#epoll, operation, fd, change) === 0) return;
    throw new LoopError(`watch descriptor ${fd}: ${errnoText(errno())}`);
  }
}
