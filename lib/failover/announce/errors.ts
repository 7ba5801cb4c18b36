import { CtdbError, Errno } from "../../base/mod.ts";

/** A raw socket could not be opened or used; the message has the call and what was wrong. */
export class RawSocketError extends CtdbError {
  /** The number that the C library gave, such as 1 for EPERM. */
  readonly errno: number;

  constructor(action: string, errno: number) {
    super(`${action}: ${errnoText(errno)}`);
    this.errno = errno;
  }

  /** The process lacks CAP_NET_RAW. */
  get notPermitted(): boolean {
    return this.errno === Errno.EPERM || this.errno === Errno.EACCES;
  }
}

/** An interface is missing, or is of a kind on which addresses cannot be announced. */
export class InterfaceError extends CtdbError {}

const names: Readonly<Record<number, string>> = {
  1: "operation not permitted (EPERM)",
  13: "permission denied (EACCES)",
  19: "no such device (ENODEV)",
  22: "invalid argument (EINVAL)",
  97: "address family not supported (EAFNOSUPPORT)",
  99: "cannot assign requested address (EADDRNOTAVAIL)",
  100: "network is down (ENETDOWN)",
  101: "network is unreachable (ENETUNREACH)",
  105: "no buffer space (ENOBUFS)",
  113: "no route to host (EHOSTUNREACH)",
};

function errnoText(errno: number): string {
  return names[errno] ?? `errno ${errno}`;
}
