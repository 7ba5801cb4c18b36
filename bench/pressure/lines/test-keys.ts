/** So many keys. */
export function testKeys(count: number, prefix = "record"): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: count }, (_, i) => new TextEncoder().encode(`${prefix} ${i}`));
}
