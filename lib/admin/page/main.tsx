import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Act, ActionDialog, ASK_RECOVER, type Question } from "./actions.tsx";
import { AddressesPart } from "./addresses.tsx";
import { Api } from "./api.ts";
import { DatabasesPart } from "./databases.tsx";
import type { TunableRow } from "./documents.ts";
import { rate } from "./format.ts";
import { NodesPart } from "./nodes.tsx";
import { Seen } from "./parts.tsx";
import { ScriptsPart } from "./scripts.tsx";
import { type DocumentName, EMPTY_VIEW, lateOf, Store, type View } from "./store.ts";
import { TimelinePart } from "./timeline.tsx";
import { TunableDialog, TunablesPart, type Tune } from "./tunables.tsx";
import { VerdictPart } from "./verdict.tsx";

const api = new Api();

function App() {
  const [view, setView] = useState<View>(EMPTY_VIEW);
  const [store, setStore] = useState<Store | undefined>();
  const [question, setQuestion] = useState<Question | undefined>();
  const [tuned, setTuned] = useState<TunableRow | undefined>();
  const start = () => {
    const made = new Store(api, setView);
    setStore(made);
    void made.start();
  };
  useEffect(start, []);
  if (view.needsToken !== undefined) {
    return <TokenForm reason={view.needsToken} start={start} />;
  }
  const mayAct = view.who !== undefined && view.who.role !== "viewer";
  const act = mayAct ? setQuestion : undefined;
  const close = (done: boolean) => {
    setQuestion(undefined);
    setTuned(undefined);
    if (done) store?.refresh();
  };
  return (
    <>
      <Header view={view} recover={act === undefined ? undefined : () => act(ASK_RECOVER)} />
      <main>
        <VerdictPart view={view} />
        <Overview view={view} act={act} tune={mayAct ? setTuned : undefined} />
      </main>
      {question !== undefined && (
        <ActionDialog key={question.title} api={api} question={question} close={close} />
      )}
      {tuned !== undefined && (
        <TunableDialog
          key={tuned.name}
          api={api}
          row={tuned}
          close={close}
        />
      )}
    </>
  );
}

/** All that is known, part by part; what is old says so. */
function Overview(
  { view, act, tune }: { view: View; act: Act | undefined; tune: Tune | undefined },
) {
  const { cluster, addresses, databases, scripts, tunables } = view;
  const late = (name: DocumentName) => lateOf(view, name);
  return (
    <>
      <div class={late("cluster") === undefined ? "" : "old"}>
        <Tiles view={view} />
      </div>
      <div class="columns">
        <div>
          <Seen late={late("cluster")} what="Nodes">
            {cluster !== undefined && <NodesPart cluster={cluster} act={act} />}
          </Seen>
          <Seen late={late("addresses")} of={addresses} what="Public addresses">
            {addresses !== undefined && cluster !== undefined && (
              <AddressesPart addresses={addresses} cluster={cluster} act={act} />
            )}
          </Seen>
          <Seen late={late("databases")} of={databases} what="Databases">
            {databases !== undefined && <DatabasesPart databases={databases} />}
          </Seen>
        </div>
        <div>
          <TimelinePart events={view.events} series={view.series} />
          <Seen late={late("scripts")} what="Event scripts">
            {scripts !== undefined && <ScriptsPart scripts={scripts} />}
          </Seen>
          <Seen late={late("tunables")} of={tunables} what="Tunables">
            {tunables !== undefined && <TunablesPart tunables={tunables} tune={tune} />}
          </Seen>
        </div>
      </div>
    </>
  );
}

function Header({ view, recover }: { view: View; recover: (() => void) | undefined }) {
  const { cluster, who, node } = view;
  // A stream may be open to a node that hangs.
  const live = view.live && view.late.cluster === undefined;
  return (
    <header class="top">
      <strong>CTDB</strong>
      {cluster !== undefined && <span class="faint">seen from node {cluster.asked}</span>}
      <span class="spacer" />
      <span class={`live ${live ? "on" : ""}`} role="status">{live ? "live" : "not live"}</span>
      {node?.history.kept === false && (
        <span class="tag" title={node.history.reason ?? ""}>history is not kept</span>
      )}
      {who !== undefined && <span class="faint who" title={who.name}>{who.role}</span>}
      {recover !== undefined && <button type="button" onClick={recover}>Recover …</button>}
      <SchemeButton />
    </header>
  );
}

const SCHEMES = ["auto", "light", "dark"] as const;

function SchemeButton() {
  const stored = localStorage.getItem("scheme") ?? "auto";
  const [scheme, setScheme] = useState(stored);
  useEffect(() => {
    document.documentElement.dataset.scheme = scheme;
    localStorage.setItem("scheme", scheme);
    document.dispatchEvent(new Event("scheme"));
  }, [scheme]);
  const next = SCHEMES[(SCHEMES.indexOf(scheme as "auto") + 1) % SCHEMES.length]!;
  return (
    <button
      type="button"
      title={`Colours: ${scheme}; press for ${next}`}
      aria-label={`Colours: ${scheme}`}
      onClick={() => setScheme(next)}
    >
      <span class="wide">Colours:</span> {scheme}
    </button>
  );
}

function Tiles({ view: { cluster, addresses, databases } }: { view: View }) {
  if (cluster === undefined) return null;
  const ok = cluster.nodes.filter(({ state, answers }) => state === "ok" && answers).length;
  const hosted = addresses?.addresses.filter(({ node }) => node !== null).length ?? 0;
  const all = addresses?.addresses.length ?? 0;
  const clients = cluster.nodes.reduce((sum, { clients }) => sum + (clients ?? 0), 0);
  const waiting = databases?.databases.reduce((sum, { locks }) => sum + locks.waiting, 0) ?? 0;
  const calls = databases?.databases.reduce((sum, row) => sum + (row.calls_per_s ?? 0), 0) ?? 0;
  return (
    <dl class="tiles">
      <Tile
        name="Nodes ok"
        value={`${ok} of ${cluster.nodes.length}`}
        bad={ok < cluster.nodes.length}
      />
      <Tile
        name="Leader"
        value={cluster.leader === null ? "nobody" : `node ${cluster.leader}`}
        bad={cluster.leader === null}
      />
      <Tile
        name="Databases"
        value={cluster.recovery_mode === "normal" ? "in use" : "frozen"}
        bad={cluster.recovery_mode !== "normal"}
      />
      <Tile
        name="Addresses hosted"
        value={all === 0 ? "none" : `${hosted} of ${all}`}
        bad={hosted < all}
      />
      <Tile name="Clients" value={String(clients)} bad={false} />
      <Tile name="Calls between nodes" value={`${rate(calls)}/s`} bad={false} />
      <Tile name="Locks waiting" value={String(waiting)} bad={waiting > 0} />
    </dl>
  );
}

function Tile({ name, value, bad }: { name: string; value: string; bad: boolean }) {
  return (
    <div class={bad ? "tile bad" : "tile"}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function TokenForm({ reason, start }: { reason: string; start: () => void }) {
  return (
    <form
      class="token"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        api.useToken(String(data.get("token") ?? "").trim());
        start();
      }}
    >
      <h1>CTDB cluster</h1>
      <p>{reason}.</p>
      <label>
        Token
        <input name="token" type="password" autocomplete="off" required autofocus />
      </label>
      <button type="submit" class="primary">Look</button>
      <p class="faint">
        On a node, <code>ctdb token create --role viewer</code> makes one, and <code>ctdb web</code>
        {" "}
        needs none.
      </p>
    </form>
  );
}

render(<App />, document.getElementById("app")!);
