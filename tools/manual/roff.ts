/** The head of a page. No date: the same source gives the same page. */
export function title(name: string, number: number, version: string): string {
  return `.TH "${name.toUpperCase()}" ${number} "" "ctdb-deno ${version}" "CTDB"\n.nh\n.ad l\n`;
}

/** The head of a section. */
export function section(name: string): string {
  return `.SH ${name}\n`;
}

/** A paragraph. */
export function line(text: string): string {
  return `${escape(text)}\n`;
}

/** Text whose lines and blanks stay as they are. */
export function literal(text: string): string {
  return `.nf\n${text.trimEnd().split("\n").map(escape).join("\n")}\n.fi\n`;
}

/** Nothing of the text is taken for a request or an escape. */
function escape(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("\t", "    ");
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
