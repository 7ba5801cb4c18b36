import { Errno } from "../../../../lib/base/mod.ts";
import { recordValue, SRVID_TOOL_RESTORE } from "../../../../lib/wire/mod.ts";
import { RecoveryMode } from "../../../../lib/wire/mod.ts";
import { attachAs, attachFound } from "./attach.ts";
import { checkBackup, openBackup } from "./backup-file-commands.ts";
import { packForPush, readBuffers, writeBackup } from "./backup-file.ts";
import { slashTime } from "../../printing/c-time.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { CommandFailure } from "../../framework/failures.ts";
import { findDatabase, lookUpDatabase } from "./find-database.ts";
import { currentGeneration } from "../nodes/generation.ts";
import { activeNodes, nodeMap } from "../nodes/node-map.ts";
import { withProgress } from "../../printing/progress.ts";
import { writeWholeFile } from "../../framework/whole-file.ts";

export const commands = { backupdb, restoredb, wipedb } satisfies ClusterCommands;

async function backupdb(call: ClusterCall): Promise<void> {
  const found = await findDatabase(call, call.operand(0));
  const path = call.operand(1);
  using database = await attachFound(call, found);
  const about = {
    dbId: found.dbId,
    name: found.name,
    flags: found.flags,
    time_s: BigInt(Math.floor(Date.now() / 1000)),
  };
  const records = database.localRecords()
    .map(({ key, header, value }) => ({ key, stored: recordValue(header, value) }));
  writeWholeFile(call, path, writeBackup(about, records));
  call.io.stdout(`Database backed up to ${path}\n`);
}

async function wipedb(call: ClusterCall): Promise<void> {
  const found = await findDatabase(call, call.operand(0));
  const dbId = await attachToReplace(call, found.name, found.flags);
  await replaceContents(call, dbId, () => Promise.resolve());
  call.io.stdout(`Database ${found.name} wiped\n`);
}

async function restoredb(call: ClusterCall): Promise<void> {
  const path = call.operand(0);
  const { file, header } = await openBackup(call, path);
  const name = call.operands[1] ?? header.name;
  const date = slashTime(header.time_s);
  call.io.stdout(`Restoring database ${name} from backup @ ${date}\n`);
  checkBackup(call, path, { file, header }, ": nothing was changed");
  const dbId = await attachToReplace(call, name, header.flags);
  await replaceContents(call, dbId, async (pnns) => {
    const request = { dbId, lmaster: 0, srvid: SRVID_TOOL_RESTORE };
    await onAll(call, pnns, "DB_PUSH_START", request);
    for (const buffer of readBuffers(file, header)) {
      const bytes = packForPush(dbId, buffer);
      for (const pnn of pnns) call.client.message(pnn, SRVID_TOOL_RESTORE, bytes);
    }
    await confirm(call, pnns, dbId, Number(header.records));
  });
  call.io.stdout(`Database ${name} restored\n`);
}

/**
 * Attaches a database whose content is to be replaced; returns its id. One that has no good copy on
 * any node cannot be attached, and this is how it gets one.
 */
async function attachToReplace(call: ClusterCall, name: string, flags: number): Promise<number> {
  const found = await lookUpDatabase(call, name);
  if (found !== undefined) {
    const reason = await call.ask(call.client.pnn, "DB_GET_HEALTH", found.dbId);
    if (reason !== null) return found.dbId;
  }
  using database = await attachAs(call, name, flags);
  return database.id;
}

async function confirm(
  call: ClusterCall,
  pnns: readonly number[],
  dbId: number,
  count: number,
): Promise<void> {
  const received = await onAll(call, pnns, "DB_PUSH_CONFIRM", dbId);
  for (const [i, pnn] of pnns.entries()) {
    if (received[i] === count) continue;
    call.fail(Errno.EINVAL, `Node ${pnn} received ${received[i]} of ${count} records`);
  }
}

/**
 * Freezes a database on all active nodes, empties it, lets `fill` put something in, and thaws it
 * (`records.md` 2.7). When anything fails a recovery is forced, which puts all nodes right.
 */
async function replaceContents(
  call: ClusterCall,
  dbId: number,
  fill: (pnns: readonly number[]) => Promise<void>,
): Promise<void> {
  const tid = await currentGeneration(call);
  const pnns = activeNodes(await nodeMap(call));
  const transaction = { dbId, tid };
  try {
    await withProgress(call.io, "replacing the records", async () => {
      await onAll(call, pnns, "DB_FREEZE", dbId);
      await onAll(call, pnns, "DB_TRANSACTION_START", transaction);
      await onAll(call, pnns, "WIPE_DATABASE", transaction);
      await fill(pnns);
      await onAll(call, pnns, "DB_SET_HEALTHY", dbId);
      await onAll(call, pnns, "DB_TRANSACTION_COMMIT", transaction);
      await onAll(call, pnns, "DB_THAW", dbId);
    });
  } catch (error) {
    await forceRecovery(call);
    throw error;
  }
}

async function forceRecovery(call: ClusterCall): Promise<void> {
  try {
    await call.send(call.client.pnn, "SET_RECMODE", RecoveryMode.ACTIVE);
  } catch (error) {
    // The first failure is the one to tell.
    if (!call.client.isOpen) return;
    call.report(error, call.client.pnn, "SET_RECMODE");
  }
}

type Step =
  | "DB_FREEZE"
  | "DB_TRANSACTION_START"
  | "WIPE_DATABASE"
  | "DB_PUSH_START"
  | "DB_PUSH_CONFIRM"
  | "DB_SET_HEALTHY"
  | "DB_TRANSACTION_COMMIT"
  | "DB_THAW";

/** Sends a step to all nodes at once; the first failure ends the command. */
async function onAll<N extends Step>(
  call: ClusterCall,
  pnns: readonly number[],
  control: N,
  request: Parameters<typeof call.send<N>>[2],
) {
  const answers = await Promise.allSettled(
    pnns.map((pnn) => call.send(pnn, control, request)),
  );
  return answers.map((answer, i) => {
    if (answer.status === "fulfilled") return answer.value;
    throw new CommandFailure(call.report(answer.reason, pnns[i]!, control));
  });
}
