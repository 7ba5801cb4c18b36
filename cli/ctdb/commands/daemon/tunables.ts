import { Errno } from "../../../../lib/base/mod.ts";
import type { ClusterCall } from "../../framework/call.ts";
import type { ClusterCommands } from "../../framework/command.ts";
import { parseU32 } from "../../../numbers.ts";

/** How the daemon says that a tunable has no effect any more. */
const OBSOLETE_STATUS = 1;

export const commands = { getvar, setvar, listvars } satisfies ClusterCommands;

async function getvar(call: ClusterCall): Promise<number> {
  const name = call.operand(0);
  if (!await isListed(call, name)) return noSuchTunable(call, name);
  const value = await call.ask(call.target, "GET_TUNABLE", name);
  call.print({ human: () => line(name, value), json: () => ({ name, value }) });
  return 0;
}

async function setvar(call: ClusterCall): Promise<number> {
  const name = call.operand(0);
  if (!await isListed(call, name)) return noSuchTunable(call, name);
  const value = parseU32(call.operand(1));
  if (value === undefined) {
    call.fail(Errno.EINVAL, `Invalid value ${call.operand(1)} for tunable ${name}`);
  }
  const status = await call.ask(call.target, "SET_TUNABLE", { name, value });
  if (status === OBSOLETE_STATUS) call.note(`Setting obsolete tunable variable '${name}'`);
  return 0;
}

async function listvars(call: ClusterCall): Promise<void> {
  const names = await call.ask(call.target, "LIST_TUNABLES", undefined);
  const values: { name: string; value: number }[] = [];
  for (const name of names) {
    values.push({ name, value: await call.ask(call.target, "GET_TUNABLE", name) });
  }
  call.print({
    human: () => values.map(({ name, value }) => line(name, value)).join(""),
    json: () => ({ pnn: call.target, tunables: values }),
  });
}

async function isListed(call: ClusterCall, name: string): Promise<boolean> {
  const then = `Failed to get list of variables from node ${call.target}`;
  const names = await call.ask(call.target, "LIST_TUNABLES", undefined, then);
  return names.some((listed) => listed.toLowerCase() === name.toLowerCase());
}

function noSuchTunable(call: ClusterCall, name: string): number {
  call.complain(`No such tunable ${name}`);
  return 1;
}

function line(name: string, value: number): string {
  return `${name.padEnd(26)} = ${value}\n`;
}
