import { idText } from "../../wire/mod.ts";
import { type Check, finding, NO_DAEMON } from "../finding.ts";

/** Processes that keep a record locked for long: everybody else waits for them. */
export const lockHolders: Check = {
  name: "lock holders",
  examine({ cluster }) {
    if (cluster === undefined) return NO_DAEMON;
    if (cluster.recovering) return "a recovery locks all databases";
    return [...cluster.lockHolders].flatMap(([id, holders]) =>
      holders.length === 0 ? [] : [finding(
        "warning",
        `A lock in ${cluster.databaseNames.get(id) ?? idText(id)} is held for long`,
        holders.map(({ pid, program, scope, chain, by }) =>
          `${program ?? "a program"} (process ${pid}) holds ` +
          `${scope === "all" ? "the whole database" : `chain ${chain}`} by ${by}`
        ),
        "Locks are meant to be held for microseconds. See what the process waits for: " +
          "`cat /proc/PID/stack`, `gdb -p PID`; often a file system that hangs.",
      )]
    );
  },
};
