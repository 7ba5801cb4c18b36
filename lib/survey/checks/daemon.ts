import { Errno } from "../../base/mod.ts";
import { type Check, type Finding, finding } from "../finding.ts";
import type { Facts } from "../facts.ts";
import { lostHistory, shutDoors } from "./admin-api.ts";

/** Whether a daemon runs on this node and answers; without one, why it may have ended. */
export const daemon: Check = {
  name: "daemon",
  examine(facts) {
    const { machine, daemon } = facts;
    const found: Finding[] = [];
    if (daemon.kind !== "answers") found.push(noAnswer(facts));
    if (machine.libraryFailure !== undefined) {
      found.push(finding(
        "error",
        "libtdb cannot be used: no database can be opened",
        [machine.libraryFailure],
        "Install it: `apt-get install libtdb1` or `dnf install libtdb`.",
      ));
    }
    if (machine.process.replaced && machine.process.runs) {
      found.push(finding(
        "warning",
        "The daemon is older than the program that is installed",
        [`process ${machine.process.pid} runs a file that was replaced or removed`],
        "Restart the daemon, one node after the other, so that the new release is in use.",
      ));
    }
    found.push(...shutDoors(facts.adminDoors ?? []), ...lostHistory(facts.historyLost));
    return found;
  },
};

function noAnswer({ machine, daemon }: Facts): Finding {
  const { process, log, socket, testMode } = machine;
  const message = daemon.kind === "answers" ? "" : daemon.message;
  const logLines = log.lines.length === 0
    ? [`nothing to be read of the log: ${log.place}`]
    : [`the end of ${log.place}:`, ...log.lines.map((line) => `| ${line}`)];
  if (daemon.kind === "absent" && daemon.errno === Errno.EACCES) {
    return finding(
      "error",
      "The daemon's socket may not be used",
      [message],
      "Run this as root.",
    );
  }
  const pid = process.runs ? process.pid : undefined;
  if (daemon.kind === "silent" || pid !== undefined) {
    const who = pid === undefined ? [] : [`process ${pid}, from ${process.pidFile}`];
    return finding(
      "error",
      "A daemon runs but does not answer",
      [...who, message, ...logLines],
      daemon.kind === "silent"
        ? "See what it waits for (`ctdb_diagnostics`, the log); if it hangs, restart it."
        : `Its socket ${socket.path} is gone or another's: it may just be starting; else restart it.`,
    );
  }
  const left = process.pid === undefined ? [] : [
    `${process.pidFile} names process ${process.pid}, which has ended: it did not end by itself`,
  ];
  return finding(
    "error",
    "No daemon runs on this node",
    [message, ...left, ...logLines],
    "Correct what the end of the log and the findings below say, then start it" +
      (testMode ? " as you did before." : ": `systemctl start ctdb`."),
  );
}
