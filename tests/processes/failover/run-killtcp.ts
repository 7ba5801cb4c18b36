/** Runs `ctdb_killtcp IFACE` with its second argument as standard input. */
import { main } from "../../../cli/ctdb_killtcp.ts";
import { runProgram } from "../../../testing/process/program-io.ts";

const [iface, stdin] = Deno.args;
const { exit, stdout, stderr } = await runProgram(main, [iface ?? ""], { stdin: stdin ?? "" });
Deno.stdout.writeSync(new TextEncoder().encode(stdout + stderr));
Deno.exit(exit);
