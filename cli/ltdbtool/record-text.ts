import { readStoredHeader } from "./record-header.ts";

/** Bytes as the tools print them: printable ASCII but `"` and `\`, the others as `\XX`. */
export function dumpBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const literal = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += literal
      ? String.fromCharCode(byte)
      : `\\${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}

/** One record of a dump; the header only if it is given. */
export function dumpText(key: Uint8Array, data: Uint8Array, header?: Uint8Array): string {
  return `{\nkey(${key.length}) = "${dumpBytes(key)}"\n${headerText(header)}` +
    `data(${data.length}) = "${dumpBytes(data)}"\n}\n`;
}

function headerText(header: Uint8Array | undefined): string {
  if (header === undefined) return "";
  const { rsn, dmaster, flags } = readStoredHeader(header);
  return `dmaster: ${dmaster}\nrsn: ${rsn}\nflags: 0x${flags.toString(16).toUpperCase()}\n`;
}
