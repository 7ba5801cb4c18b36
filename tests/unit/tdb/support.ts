const encoder = new TextEncoder();

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => encoder.encode(text);

/** The hexadecimal form that the peer takes. */
export const hex = (text: string): string => bytes(text).toHex();

/** Runs `body` with a fresh directory that is gone afterwards. */
export async function withDirectory(body: (path: string) => void | Promise<void>): Promise<void> {
  const path = Deno.makeTempDirSync({ prefix: "tdb-test-" });
  try {
    await body(path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}
