import { MAX_ANSWER_EVENTS } from "../../limits/mod.ts";
import { type Api, ApiError, messageOf } from "./api.ts";
import type {
  AddressesDocument,
  ClusterDocument,
  ClusterNode,
  DatabasesDocument,
  FindingsDocument,
  NodeDocument,
  ScriptsDocument,
  SeriesDocument,
  StoryEvent,
  TunablesDocument,
  Who,
} from "./documents.ts";

/** What is asked for, how often when nothing happens, and how long an answer may take. */
const DOCUMENTS = [
  { name: "cluster", path: "/v1/cluster", every_ms: 2000, limit_ms: 6000 },
  // Nodes that are silent are waited for, one question after the other.
  { name: "findings", path: "/v1/findings", every_ms: 8000, limit_ms: 15_000 },
  { name: "databases", path: "/v1/databases", every_ms: 3000, limit_ms: 6000 },
  { name: "addresses", path: "/v1/addresses", every_ms: 5000, limit_ms: 6000 },
  { name: "scripts", path: "/v1/scripts", every_ms: 5000, limit_ms: 6000 },
  { name: "node", path: "/v1/node", every_ms: 10_000, limit_ms: 6000 },
  { name: "tunables", path: "/v1/tunables", every_ms: 15_000, limit_ms: 6000 },
  { name: "series", path: "/v1/series", every_ms: 60_000, limit_ms: 6000 },
] as const;

/** A document of the page. */
export type DocumentName = (typeof DOCUMENTS)[number]["name"];

/** A document that is older than it should be. */
export interface Late {
  /** When it was answered last, in ms since the epoch; undefined for never. */
  readonly seen_ms: number | undefined;
  readonly reason: string;
}

/** Everything that the page shows. */
export interface View {
  readonly who?: Who;
  readonly needsToken?: string;
  readonly node?: NodeDocument;
  readonly cluster?: ClusterDocument;
  readonly findings?: FindingsDocument;
  readonly databases?: DatabasesDocument;
  readonly addresses?: AddressesDocument;
  readonly scripts?: ScriptsDocument;
  readonly series?: SeriesDocument;
  readonly tunables?: TunablesDocument;
  /** Oldest first. */
  readonly events: readonly StoryEvent[];
  /** Whether events come in now. */
  readonly live: boolean;
  /** What is shown as it was, because it could not be looked up since. */
  readonly late: Readonly<Partial<Record<DocumentName, Late>>>;
  /** Why nothing is shown at all. */
  readonly trouble?: string;
}

/** Why a document is old: a node that does not answer has told nothing of all the others either. */
export function lateOf({ late }: View, name: DocumentName): Late | undefined {
  return late[name] ?? late.cluster;
}

/** A view of nothing. */
export const EMPTY_VIEW: View = { events: [], live: false, late: {} };

/** After an event everything is looked at again, but not for each of many. */
const SETTLE_MS = 150;
const BUSY_SETTLE_MS = 600;
/** How often it is judged what has become too old: pages that sleep are not told of it. */
const AGE_INTERVAL_MS = 1000;

/** A document that is being looked at. */
interface Looking {
  /** Something happened meanwhile. */
  again: boolean;
}

/** Keeps the view up to date: documents now and then, and at once when something happens. */
export class Store {
  readonly #api: Api;
  readonly #changed: (view: View) => void;
  readonly #abort = new AbortController();
  #view = EMPTY_VIEW;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #refreshed_ms = 0;
  readonly #due = new Map<DocumentName, ReturnType<typeof setTimeout>>();
  readonly #looking = new Map<DocumentName, Looking>();
  readonly #seen_ms = new Map<DocumentName, number>();

  constructor(api: Api, changed: (view: View) => void) {
    this.#api = api;
    this.#changed = changed;
  }

  async start(): Promise<void> {
    try {
      await this.#api.begin();
      const who = await this.#api.get<Who>("/v1/whoami");
      const { events } = await this.#api.get<{ events: StoryEvent[] }>("/v1/events?limit=1000");
      const { trouble: _trouble, ...view } = this.#view;
      this.#view = view;
      this.#update({ who });
      this.#take(events);
    } catch (error) {
      if (this.#isOver(error)) return;
      this.#update({ trouble: messageOf(error) });
      setTimeout(() => void this.start(), 1000);
      return;
    }
    for (const { name } of DOCUMENTS) void this.#look(name);
    this.#watchAge();
    void this.#api.follow(
      () => this.#view.events.at(-1)?.id ?? 0,
      (events) => this.#take(events),
      (live) => this.#update({ live }),
      this.#abort.signal,
    );
  }

  /** Looks at everything again now. */
  refresh(): void {
    this.#refreshed_ms = Date.now();
    for (const { name } of DOCUMENTS) if (name !== "series") void this.#look(name);
  }

  #stop(): void {
    this.#abort.abort();
    clearTimeout(this.#settling);
    for (const timer of this.#due.values()) clearTimeout(timer);
  }

  /** Whether nothing is answered any more without another token. */
  #isOver(error: unknown): boolean {
    if (!(error instanceof ApiError && error.status === 401)) return false;
    this.#stop();
    this.#update({ needsToken: error.message });
    return true;
  }

  #take(events: readonly StoryEvent[]): void {
    if (events.length === 0) return;
    const last = this.#view.events.at(-1)?.id ?? 0;
    const fresh = events.filter(({ id }) => id > last);
    this.#update({ events: [...this.#view.events, ...fresh].slice(-MAX_ANSWER_EVENTS) });
    const busy = Date.now() - this.#refreshed_ms < 1000;
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.refresh();
    }, busy ? BUSY_SETTLE_MS : SETTLE_MS);
  }

  /** One look at a time, and another behind it if somebody wanted one meanwhile. */
  async #look(name: DocumentName): Promise<void> {
    const running = this.#looking.get(name);
    if (running !== undefined) return void (running.again = true);
    const looking: Looking = { again: false };
    this.#looking.set(name, looking);
    clearTimeout(this.#due.get(name));
    const { path, every_ms, limit_ms } = DOCUMENTS.find((one) => one.name === name)!;
    try {
      const document = await this.#api.get(path, limit_ms);
      this.#seen_ms.set(name, Date.now());
      if (name === "cluster") this.#compare(document as ClusterDocument);
      const { [name]: _late, ...late } = this.#view.late;
      this.#update({ [name]: document, late });
    } catch (error) {
      if (this.#isOver(error)) return;
      this.#isLate(name, messageOf(error));
    }
    this.#looking.delete(name);
    if (this.#abort.signal.aborted) return;
    const pause_ms = looking.again ? 2 * SETTLE_MS : every_ms;
    this.#due.set(name, setTimeout(() => void this.#look(name), pause_ms));
  }

  /** A node that falls silent is no event, but somebody should find out why. */
  #compare({ nodes }: ClusterDocument): void {
    const looks = (of: readonly ClusterNode[]) =>
      of.map(({ pnn, state, answers }) => `${pnn} ${state} ${answers}`).join();
    const before = this.#view.cluster?.nodes;
    if (before !== undefined && looks(before) !== looks(nodes)) void this.#look("findings");
  }

  #isLate(name: DocumentName, reason: string): void {
    const late = { ...this.#view.late, [name]: { seen_ms: this.#seen_ms.get(name), reason } };
    this.#update({ late });
  }

  /** A page that has slept, or whose answers hang, shall not show what was as what is. */
  #watchAge(): void {
    const look = () => {
      for (const { name, every_ms, limit_ms } of DOCUMENTS) {
        const seen_ms = this.#seen_ms.get(name);
        const isOld = seen_ms !== undefined && Date.now() - seen_ms > every_ms + limit_ms + 1000;
        if (isOld && this.#view.late[name] === undefined) this.#isLate(name, "no answer");
      }
    };
    const timer = setInterval(look, AGE_INTERVAL_MS);
    const shown = () => {
      if (document.visibilityState !== "visible") return;
      look();
      this.refresh();
    };
    const { signal } = this.#abort;
    document.addEventListener("visibilitychange", shown, { signal });
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #update(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#changed(this.#view);
  }
}
