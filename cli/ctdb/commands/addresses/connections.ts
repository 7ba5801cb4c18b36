import { Errno } from "../../../../lib/base/mod.ts";
import { parseIpLiteral, textLines } from "../../../../lib/config/mod.ts";
import { MAX_CONNECTIONS_INPUT_BYTES } from "../../../../lib/limits/mod.ts";
import type { Connection, SocketAddress } from "../../../../lib/wire/mod.ts";
import type { Call } from "../../framework/call.ts";
import { readInput } from "../../framework/read-input.ts";

/**
 * The pairs of a command about connections, client first: two operands, or without them the lines
 * of standard input. Ends the command when one is wrong (cli.md 4.25).
 */
export async function connectionOperands(call: Call): Promise<readonly Connection[]> {
  const { operands } = call;
  if (operands.length === 1) call.usage();
  if (operands.length === 2) {
    const [src, dst] = operands.map((operand) =>
      endpointOperand(operand) ?? call.fail(1, `Invalid IP address ${operand}`)
    );
    return [{ src: src!, dst: dst! }];
  }
  const input = await readInput(call, call.io.stdin, MAX_CONNECTIONS_INPUT_BYTES);
  const pairs = parseLines(new TextDecoder().decode(input));
  return typeof pairs === "string" ? call.fail(Errno.EINVAL, pairs) : pairs;
}

/** Two addresses with ports a line; what is wrong with the first line that has anything else. */
export function parseLines(text: string): Connection[] | string {
  const pairs: Connection[] = [];
  for (const { line, text: words } of textLines(text)) {
    if (words.startsWith("#")) continue;
    const [first, second] = words.split(/[ \t]+/);
    const src = endpointOperand(first ?? "");
    const dst = endpointOperand(second ?? "");
    if (src === undefined || dst === undefined || src.family !== dst.family) {
      return `Invalid connection in line ${line} of standard input: ${words}`;
    }
    pairs.push({ src, dst });
  }
  return pairs;
}

/** `ip:port`: the last colon parts the port off; an IPv6 address may stand in brackets. */
export function endpointOperand(text: string): SocketAddress | undefined {
  const colon = text.lastIndexOf(":");
  const port = text.slice(colon + 1);
  if (colon < 0 || !/^\d{1,5}$/.test(port) || Number(port) > 0xffff) return undefined;
  return parseIpLiteral(text.slice(0, colon), Number(port));
}
