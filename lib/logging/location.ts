import { LogError } from "./errors.ts";

/** The four ways of syslog: libc's framing, the same without a time, over UDP, and RFC 5424. */
export type SyslogMode = "standard" | "nonblocking" | "udp" | "udp-rfc5424";

/** Where the log goes: what the text of `[logging] location` means. */
export type LogLocation =
  | { readonly kind: "stderr" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "json"; readonly path: string }
  | { readonly kind: "syslog"; readonly mode: SyslogMode };

const syslogModes: Readonly<Record<string, SyslogMode>> = {
  nonblocking: "nonblocking",
  udp: "udp",
  "udp-rfc5424": "udp-rfc5424",
};

/**
 * Reads `[logging] location` (`cluster.md` 1.5): `file:PATH`, `file:` or `file:-` (standard error),
 * `syslog`, `syslog:nonblocking`, `syslog:udp`, `syslog:udp-rfc5424`, and our own `json:PATH` (one
 * JSON object per line). Throws {@link LogError} for anything else.
 *
 * The text is split at colons and only the first two non-empty parts count, as in the C daemon:
 * `file:/var/log/a:b` is the file `/var/log/a`.
 */
export function parseLogLocation(text: string): LogLocation {
  const [backend, option] = text.split(":").filter((part) => part !== "");
  if (backend === "file") {
    return option === undefined || option === "-"
      ? { kind: "stderr" }
      : { kind: "file", path: option };
  }
  if (backend === "json" && option !== undefined) return { kind: "json", path: option };
  if (backend === "syslog") return { kind: "syslog", mode: syslogMode(option, text) };
  throw new LogError(`read log location: ${text}`);
}

function syslogMode(option: string | undefined, text: string): SyslogMode {
  if (option === undefined) return "standard";
  const mode = Object.hasOwn(syslogModes, option) ? syslogModes[option] : undefined;
  if (mode === undefined) throw new LogError(`read syslog variant of log location: ${text}`);
  return mode;
}
