import { MAX_BODY_BYTES } from "../../limits/mod.ts";
import { Problem } from "./problem.ts";
import { joinBytes } from "../../base/mod.ts";

/**
 * The JSON body of a request.
 *
 * @throws {Problem} it is too long, of another type, or no JSON
 */
export async function readBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Problem(415, "The body shall be application/json");
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, "The body is no JSON");
  }
}

async function readText(request: Request): Promise<string> {
  const length = Number(request.headers.get("content-length") ?? "0");
  const tooLong = () => new Problem(413, `The body is longer than ${MAX_BODY_BYTES} bytes`);
  if (length > MAX_BODY_BYTES) throw tooLong();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY_BYTES) throw tooLong();
    parts.push(part);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(joinBytes(parts));
  } catch {
    throw new Problem(400, "The body is no UTF-8");
  }
}
