/** Commands whose work other programs do. @module */
import { alone, type Command, local } from "../../framework/command.ts";

const helperPrograms = () => import("./helper-commands.ts");
const eventProgram = () => import("./event-commands.ts");

const json = true;

export const servicesCommands: readonly Command[] = [
  local(helperPrograms, {
    name: "lvs",
    operands: "leader|list|status",
    about: "show lvs configuration",
    json,
    example: ["ctdb lvs leader", "Show the node that spreads the load."],
  }),
  alone(eventProgram, {
    name: "event",
    operands: "",
    about: "event and event script commands",
    count: "any",
    json,
    example: ["ctdb event script list legacy", "List the event scripts; see ctdb-event."],
  }),
  alone(eventProgram, {
    name: "scriptstatus",
    operands: "[init|setup|startup|monitor|takeip|releaseip|ipreallocated]",
    about: "show event script status",
    json,
    example: ["ctdb scriptstatus monitor", "Show how the last monitor event went."],
  }),
  local(helperPrograms, {
    name: "natgw",
    operands: "leader|list|status",
    about: "show natgw configuration",
    json,
    example: ["ctdb natgw list", "Show the group and which node is the gateway."],
  }),
];
