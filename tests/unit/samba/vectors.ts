import { readFileSync } from "node:fs";

/** A record of Samba's, captured or encoded by Samba itself, with its meaning. */
export interface SambaVector {
  readonly name: string;
  readonly samba: string;
  readonly database: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly decoded: Readonly<Record<string, unknown>>;
}

const file = new URL("../../vectors/openfiles.json", import.meta.url);

/** All records of `openfiles.md`. */
export const vectors: readonly SambaVector[] =
  (JSON.parse(readFileSync(file, "utf8")) as (SambaVector & { key: string; value: string })[])
    .map((vector) => ({
      ...vector,
      key: Uint8Array.fromHex(vector.key),
      value: Uint8Array.fromHex(vector.value),
    }));

/** Those of one database. */
export function vectorsOf(database: string): readonly SambaVector[] {
  return vectors.filter((vector) => vector.database === database);
}
