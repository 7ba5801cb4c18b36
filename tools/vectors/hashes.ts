import { type Vector } from "../../tests/unit/wire/vectors.ts";

/** Hashes of the captured keys that libtdb of this machine computes otherwise, a line each. */
export function differentHashes(vectors: readonly Vector[]): string[] {
  const library = Deno.dlopen("libtdb.so.1", {
    tdb_jenkins_hash: { parameters: ["buffer"], result: "u32" },
  });
  try {
    return vectors.flatMap(({ name, frame, fields }) => {
      const captured = fields["hash"];
      // Others of the file are names of databases, whose ids are hashes with the NUL.
      if (captured === undefined) return [];
      // TDB_DATA: a pointer and a size.
      const data = new BigUint64Array(2);
      const bytes = Uint8Array.from(frame);
      data[0] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
      data[1] = BigInt(bytes.length);
      const hash = `0x${library.symbols.tdb_jenkins_hash(data).toString(16)}`;
      return BigInt(hash) === BigInt(String(captured))
        ? []
        : [`${name}: ${captured} was captured, ${hash} now`];
    });
  } finally {
    library.close();
  }
}
