import { escapeBytes, idText } from "../../wire/mod.ts";
import { type Check, type Finding, finding, NO_DAEMON } from "../finding.ts";

/** Migrations of one record within a second from which it is worth a word. */
const HOT_PER_S = 100;
const SHOWN_KEYS = 5;
/** A wait for a record lock that users notice. */
const SLOW_LOCK_S = 1;

/** Records that moved between nodes very often, and locks that were waited for long. */
export const hotRecords: Check = {
  name: "hot records",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    const found: Finding[] = [];
    for (const { pnn, databases } of cluster.peers.values()) {
      for (const { id, statistics } of databases) {
        if (statistics === undefined) continue;
        const name = cluster.databaseNames.get(id) ?? idText(id);
        const hot = statistics.hotKeys.filter(({ count }) => count >= HOT_PER_S)
          .toSorted((a, b) => b.count - a.count);
        if (hot.length > 0) found.push(hotFinding(name, pnn, hot));
        const { max_s, num } = statistics.locks.latency;
        if (max_s >= SLOW_LOCK_S) found.push(slowFinding(name, pnn, max_s, num));
      }
    }
    return found;
  },
};

function hotFinding(
  name: string,
  pnn: number,
  hot: readonly { readonly count: number; readonly key: Uint8Array }[],
): Finding {
  return finding(
    "note",
    `Records of ${name} move to node ${pnn} very often`,
    hot.slice(0, SHOWN_KEYS).map(({ count, key }) =>
      `up to ${count} times a second: ${escapeBytes(key).slice(0, 60)}`
    ),
    "Clients of several nodes work on the same file or directory. `ctdb setdbsticky` lets such " +
      "records stay a while; `ctdb statisticsreset` starts the count anew.",
  );
}

function slowFinding(name: string, pnn: number, max_s: number, num: number): Finding {
  return finding(
    "note",
    `A record lock of ${name} was waited for ${max_s.toFixed(1)} s on node ${pnn}`,
    [`longest of ${num} waits since the statistics were reset`],
    "`ctdb top --sort=wait` shows whether it goes on, and the daemon's log who had the lock.",
  );
}
