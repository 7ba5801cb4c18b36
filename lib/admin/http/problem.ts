import { CtdbError } from "../../base/mod.ts";

/** A request that is not answered with what it asked for; becomes an RFC 9457 document. */
export class Problem extends CtdbError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what was wrong, and what to do */
  constructor(status: number, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The document about a problem. */
export function problemDocument(status: number, detail: string): Record<string, unknown> {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, detail };
}
