import { MAX_ANSWER_EVENTS } from "../../limits/mod.ts";
import { type Api, ApiError } from "./api.ts";
import type {
  AddressesDocument,
  ClusterDocument,
  DatabasesDocument,
  FindingsDocument,
  NodeDocument,
  ScriptsDocument,
  SeriesDocument,
  StoryEvent,
  Who,
} from "./documents.ts";

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
  /** Oldest first. */
  readonly events: readonly StoryEvent[];
  /** Whether events come in now. */
  readonly live: boolean;
  /** Why the node does not answer. */
  readonly trouble?: string;
}

/** What is asked for, and how often when nothing happens. */
const DOCUMENTS = [
  { name: "cluster", path: "/v1/cluster", every_ms: 2000 },
  { name: "findings", path: "/v1/findings", every_ms: 8000 },
  { name: "databases", path: "/v1/databases", every_ms: 3000 },
  { name: "addresses", path: "/v1/addresses", every_ms: 5000 },
  { name: "scripts", path: "/v1/scripts", every_ms: 5000 },
  { name: "node", path: "/v1/node", every_ms: 10_000 },
  { name: "series", path: "/v1/series", every_ms: 60_000 },
] as const;

/** After an event everything is looked at again, but not for each of many. */
const SETTLE_MS = 150;

/** Keeps the view up to date: documents now and then, and at once when something happens. */
export class Store {
  readonly #api: Api;
  readonly #changed: (view: View) => void;
  readonly #abort = new AbortController();
  #view: View = { events: [], live: false };
  #settling: ReturnType<typeof setTimeout> | undefined;
  readonly #due = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(api: Api, changed: (view: View) => void) {
    this.#api = api;
    this.#changed = changed;
  }

  async start(): Promise<void> {
    try {
      await this.#api.begin();
      this.#update({ who: await this.#api.get<Who>("/v1/whoami") });
      const { events } = await this.#api.get<{ events: StoryEvent[] }>("/v1/events?limit=1000");
      this.#take(events);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        return this.#update({ needsToken: error.message });
      }
      this.#update({ trouble: String(error) });
      setTimeout(() => void this.start(), 1000);
      return;
    }
    for (const { name } of DOCUMENTS) void this.#look(name);
    void this.#api.follow(
      () => this.#view.events.at(-1)?.id ?? 0,
      (events) => this.#take(events),
      (live) => this.#update({ live }),
      this.#abort.signal,
    );
  }

  /** Looks at everything again now. */
  refresh(): void {
    for (const { name } of DOCUMENTS) if (name !== "series") void this.#look(name);
  }

  #take(events: readonly StoryEvent[]): void {
    if (events.length === 0) return;
    const last = this.#view.events.at(-1)?.id ?? 0;
    const fresh = events.filter(({ id }) => id > last);
    this.#update({ events: [...this.#view.events, ...fresh].slice(-MAX_ANSWER_EVENTS) });
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.refresh();
    }, SETTLE_MS);
  }

  async #look(name: (typeof DOCUMENTS)[number]["name"]): Promise<void> {
    clearTimeout(this.#due.get(name));
    const { path, every_ms } = DOCUMENTS.find((one) => one.name === name)!;
    try {
      const document = await this.#api.get(path);
      const { trouble: _trouble, ...rest } = this.#view;
      this.#view = rest;
      this.#update({ [name]: document });
    } catch (error) {
      if (name === "cluster") this.#update({ trouble: messageOf(error) });
    }
    clearTimeout(this.#due.get(name));
    this.#due.set(name, setTimeout(() => void this.#look(name), every_ms));
  }

  #update(change: Partial<View>): void {
    this.#view = { ...this.#view, ...change };
    this.#changed(this.#view);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
