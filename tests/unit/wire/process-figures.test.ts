import assert from "node:assert/strict";
import {
  countProcessesIn,
  processCounters,
  processStarted,
  resetStartedProcesses,
  startedProcesses,
} from "../../../lib/base/mod.ts";
import {
  overrunFiguresText,
  processFiguresText,
  readOverrunFigures,
  readProcessFigures,
} from "../../../lib/wire/mod.ts";

Deno.test("a tool reads how many processes a daemon has started, by kind, and nothing of another's", () => {
  const counts = { "lock helpers": 2, "event scripts": 31 };
  const text = `rss 12 bytes\n${processFiguresText(counts)}`;
  assert.deepEqual(readProcessFigures(text), counts);
  assert.equal(readProcessFigures("full talloc report on 'null_context'\n"), undefined);
});

Deno.test("threads of a process count together, until somebody begins anew", () => {
  const before = startedProcesses();
  processStarted("lock helpers");
  const others = processCounters();
  countProcessesIn(new SharedArrayBuffer(others.byteLength));
  processStarted("lock helpers");
  assert.equal(startedProcesses()["lock helpers"], 1, "in memory of its own");
  countProcessesIn(others);
  processStarted("event scripts");
  assert.equal(startedProcesses()["lock helpers"], before["lock helpers"] + 1);
  assert.equal(startedProcesses()["event scripts"], before["event scripts"] + 1);
  resetStartedProcesses();
  assert.ok(Object.values(startedProcesses()).every((count) => count === 0));
});

Deno.test("a tool reads how often queues of a daemon had no room, and nothing of another's", () => {
  const figures = { clientsCutOff: 3, linksClosed: 1 };
  assert.deepEqual(readOverrunFigures(`rss 12 bytes\n${overrunFiguresText(figures)}`), figures);
  assert.equal(readOverrunFigures("full talloc report on 'null_context'\n"), undefined);
});
