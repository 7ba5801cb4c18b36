import { CtdbError } from "../../base/mod.ts";
import { CORE_SIGHT_LIMIT_MS, MAX_CORE_SIGHTS } from "../../limits/mod.ts";
import type { Border, CoreSight, CoreSights, EdgeToCore } from "../border/messages.ts";

/** The core does not tell. */
class CoreSilentError extends CtdbError {}

interface Question {
  readonly resolve: (value: never) => void;
  readonly reject: (error: CoreSilentError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Asks the core over the border for what administrators are shown. */
export class CoreLookout {
  readonly #post: Border<EdgeToCore>["post"];
  readonly #pending = new Map<number, Question>();
  #ids = 0;

  constructor(post: Border<EdgeToCore>["post"]) {
    this.#post = post;
  }

  /** The clients that connected behind the one with serial `after`. */
  readonly clients = (after: number) => this.#look("clients", after);
  readonly lockWaits = () => this.#look("lockWaits");
  readonly traffic = () => this.#look("traffic");

  /** Rejects with a {@link CoreSilentError} when it hangs, or is asked too much at once. */
  #look<Sight extends CoreSight>(sight: Sight, after = 0): Promise<CoreSights[Sight]> {
    if (this.#pending.size >= MAX_CORE_SIGHTS) {
      const why = `${MAX_CORE_SIGHTS} questions wait already`;
      return Promise.reject(new CoreSilentError(`Ask the core for ${sight}: ${why}`));
    }
    const id = this.#ids++;
    const { promise, resolve, reject } = Promise.withResolvers<CoreSights[Sight]>();
    const timer = setTimeout(() => {
      this.#pending.delete(id);
      const why = `no answer within ${CORE_SIGHT_LIMIT_MS} ms: the log says what it does`;
      reject(new CoreSilentError(`Ask the core for ${sight}: ${why}`));
    }, CORE_SIGHT_LIMIT_MS);
    this.#pending.set(id, { resolve, reject, timer });
    this.#post("look", { id, sight, after });
    return promise;
  }

  /** The core has answered. */
  seen({ id, value }: { readonly id: number; readonly value?: CoreSights[CoreSight] }): void {
    const question = this.#pending.get(id);
    if (question === undefined) return;
    this.#pending.delete(id);
    clearTimeout(question.timer);
    // The value is of the row that was asked for.
    if (value !== undefined) question.resolve(value as never);
    else question.reject(new CoreSilentError("Ask the core: it has not started: try again"));
  }

  /** Nobody waits any more. */
  close(): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new CoreSilentError("Ask the core: the daemon ends"));
    }
    this.#pending.clear();
  }
}
