import { Errno } from "../../base/mod.ts";
import type { Logger } from "../../base/mod.ts";
import { type ControlHandlers, findTunable, tunableListOrder } from "../../wire/mod.ts";
import type { TunableTable } from "../node-ports.ts";

const STATUS_OBSOLETE = 1;

/** GET, SET and LIST of tunables (`cluster.md` 3). */
export function tunableControls(
  tunables: TunableTable,
  log: Logger,
): ControlHandlers<"GET_TUNABLE" | "SET_TUNABLE" | "LIST_TUNABLES" | "GET_ALL_TUNABLES"> {
  return {
    GET_TUNABLE(name, _origin, reply) {
      const info = findTunable(name);
      if (info === undefined) return reply(-Errno.EINVAL);
      reply(0, tunables.get(info.name));
    },
    SET_TUNABLE({ name, value }, _origin, reply) {
      const info = findTunable(name);
      if (info === undefined) return reply(-1);
      tunables.set(info.name, value);
      log.happened({ kind: "tunable-set", name: info.name, value });
      log.notice(`Tunable ${info.name} set to ${value}`);
      if (info.obsolete) log.warning(`Tunable ${info.name} is obsolete`);
      reply(0, info.obsolete ? STATUS_OBSOLETE : 0);
    },
    LIST_TUNABLES: (_request, _origin, reply) => reply(0, tunableListOrder),
    GET_ALL_TUNABLES: (_request, _origin, reply) => reply(0, tunables.all()),
  };
}
