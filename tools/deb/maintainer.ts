/** A package that nobody has said a word about: the domain is one of those that never lead anywhere. */
const PLACEHOLDER = { name: "ctdb-deno developers", address: "ctdb-deno@example.org" };

/** The environment says something that cannot be a maintainer. */
export class MaintainerError extends Error {}

/**
 * Who the package says to write to: DEBFULLNAME and DEBEMAIL, as all tools for Debian packages take
 * them. DEBEMAIL alone may be `Name <address>`.
 */
export function maintainerOf(env: Readonly<Record<string, string | undefined>>): string {
  const given = env["DEBEMAIL"]?.trim() ?? "";
  const [, named, within] = /^([^<>]*?)\s*<([^<>]*)>$/.exec(given) ?? [];
  const name = env["DEBFULLNAME"]?.trim() || named || PLACEHOLDER.name;
  const address = within ?? (given || PLACEHOLDER.address);
  if (!/^[^\s<>@,]+@[^\s<>@,]+$/.test(address)) {
    throw new MaintainerError(`Read DEBEMAIL: ${given}: must be an address, such as a@example.org`);
  }
  if (/[<>,\n]/.test(name)) {
    throw new MaintainerError(`Read DEBFULLNAME: ${name}: must be without comma, < and >`);
  }
  return `${name} <${address}>`;
}
