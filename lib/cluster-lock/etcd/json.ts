import { EtcdUnavailableError } from "./api.ts";

/** Parses a line of an answer. What is no JSON did not come from etcd. */
export function parseJson(text: string, endpoint: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EtcdUnavailableError(`read answer of ${endpoint}: ${text.slice(0, 80)}`);
  }
}

/** A member of an object; `undefined` if it is none or has none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** A text. etcd leaves out what is empty. */
export function textField(value: unknown, name: string): string {
  const text = field(value, name) ?? "";
  if (typeof text === "string") return text;
  throw new EtcdUnavailableError(`read answer of etcd: ${name} is no text`);
}

/** A 64-bit number, which etcd writes as a text; 0 if it is left out. */
export function numberField(value: unknown, name: string): bigint {
  const text = field(value, name) ?? "0";
  if (typeof text === "string" && /^-?[0-9]{1,20}$/.test(text)) return BigInt(text);
  throw new EtcdUnavailableError(`read answer of etcd: ${name} is no number`);
}

/** The first of a list; `undefined` if there is none. */
export function firstOf(value: unknown, name: string): unknown {
  const list = field(value, name);
  return Array.isArray(list) ? list[0] : undefined;
}
