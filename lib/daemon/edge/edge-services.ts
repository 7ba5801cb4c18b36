import { type Logger, messageOf } from "../../base/mod.ts";
import type { EventRunner, Notifier } from "../../events/mod.ts";
import type { LinkWatch, RawAnnouncer } from "../../failover/mod.ts";
import type { ClusterLockProcess } from "../../membership/mod.ts";
import type {
  Border,
  BorderHandlers,
  CoreToEdge,
  EdgeFile,
  EdgeFiles,
  EdgeToCore,
} from "../border/messages.ts";
import { textOf } from "./config-texts.ts";
import type { CrashGuard } from "./crash-guard.ts";
import type { DebugLockScript } from "./debug-lock-script.ts";
import type { ProcessLockHelpers } from "./process-lock-helpers.ts";

/** What the edge does its work with. */
export interface EdgeParts {
  readonly log: Logger;
  readonly events: EventRunner;
  readonly notifier: Notifier;
  readonly lockHelpers: ProcessLockHelpers;
  readonly announcer: RawAnnouncer;
  readonly crashGuard: CrashGuard;
  readonly linkWatch: LinkWatch;
  readonly debugLock: DebugLockScript | undefined;
  /** Reads a file of the configuration; rejects with the reason why it cannot be. */
  readonly readFile: <File extends EdgeFile>(file: File) => Promise<EdgeFiles[File]>;
}

/** The messages that only concern the process; {@link EdgeServices} has the others. */
export type ProcessMessage =
  | "bound"
  | "bindFailed"
  | "log"
  | "logLevel"
  | "happened"
  | "started"
  | "exit"
  | "abort"
  | "seen";

/** Does what the core asks for: everything that may be slow, fail, or wait. */
export class EdgeServices {
  readonly #parts: EdgeParts;
  readonly #core: Border<EdgeToCore>;
  readonly #locks = new Map<number, ClusterLockProcess>();

  constructor(parts: EdgeParts, core: Border<EdgeToCore>) {
    this.#parts = parts;
    this.#core = core;
  }

  /** What the core's messages go to. */
  readonly handlers: Omit<BorderHandlers<CoreToEdge>, ProcessMessage> = {
    runEvent: ({ id, request }) =>
      this.#parts.events.start(request, (result) => this.#core.post("eventDone", { id, result })),
    startLockHelper: ({ id, argv }) => this.#startLockHelper(id, argv),
    endLockHelper: ({ id }) => {
      this.#locks.get(id)?.terminate();
      this.#locks.delete(id);
    },
    readFile: ({ id, file }) =>
      void this.#parts.readFile(file).then(
        (content) => this.#core.post("file", { id, content }),
        (error) => this.#core.post("file", { id, error: textOf(error) }),
      ),
    announce: ({ address, iface }) =>
      this.#try(`Announce ${address} on ${iface}`, () => {
        this.#parts.announcer.announce(address, iface);
      }),
    tickle: ({ from, to, reset }) =>
      this.#try(`Tickle ${from.address} ${to.address}`, () => {
        this.#parts.announcer.tickle(from, to, reset);
      }),
    guard: (held) => void this.#parts.crashGuard.update(held),
    watchLinks: () =>
      this.#parts.linkWatch.start((name) => this.#core.post("linkChanged", { name })),
    notify: (event) => this.#parts.notifier.notify(event as Parameters<Notifier["notify"]>[0]),
    debugLock: (args) => this.#parts.debugLock?.run(args),
  };

  #startLockHelper(id: number, argv: readonly string[]): void {
    const helper = this.#parts.lockHelpers.launch(
      argv,
      (status) => this.#core.post("lockHelperStatus", { id, status }),
      () => {
        this.#locks.delete(id);
        this.#core.post("lockHelperEnded", { id });
      },
    );
    this.#locks.set(id, helper);
  }

  #try(what: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#parts.log.child("addresses").error(`${what}: ${messageOf(error)}`);
    }
  }
}
