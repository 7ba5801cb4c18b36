import { prefers, toCbor } from "./respond.ts";

/** A body with its type. */
export interface ReadyBody {
  readonly type: string;
  readonly bytes: Uint8Array;
}

type Form = "json" | "cbor";

const TYPES: Readonly<Record<Form, string>> = {
  json: "application/json",
  cbor: "application/cbor",
};
const utf8 = new TextEncoder();

/**
 * Documents as bytes. One that many ask for, and that is the same object meanwhile, is written once;
 * it is forgotten together with the document.
 */
export class ReadyBytes {
  readonly #written = new WeakMap<object, Partial<Record<Form, ReadyBody>>>();

  /** As `accept` would rather have it: JSON unless it says CBOR. */
  of(document: object, accept: string | undefined): ReadyBody {
    const form = prefers(accept, TYPES.cbor, TYPES.json) ? "cbor" : "json";
    let forms = this.#written.get(document);
    if (forms === undefined) this.#written.set(document, forms = {});
    return forms[form] ??= {
      type: TYPES[form],
      bytes: form === "cbor" ? toCbor(document) : utf8.encode(`${JSON.stringify(document)}\n`),
    };
  }
}
