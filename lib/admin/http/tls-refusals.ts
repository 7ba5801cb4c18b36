import type { Socket } from "node:net";
import type { LineWriter } from "../../base/mod.ts";

/** A failed handshake's socket: node's types leave out what the peer is known by when it is over. */
interface FailedSocket extends Socket {
  /** Why the client's certificate is not trusted; null while there was none to judge. */
  readonly authorizationError?: unknown;
  /** The TCP connection below, which still has its peer's address when that above has not. */
  readonly _parent?: Socket;
}

/** What makes a certificate good, for those whose certificate is not. */
const HINT = "client certificates must be X.509 version 3, for clients (extendedKeyUsage " +
  "clientAuth), not expired, and signed by the `client ca`: docs/admin.md, Over the network";

/**
 * Says in the log which handshake came to nothing and why: the client itself sees an empty reply
 * and no more. Whoever connects and goes without a word, as port scans do, is not worth a line.
 */
export function sayRefusedHandshake(error: Error, socket: Socket, log: LineWriter): void {
  const { authorizationError, _parent } = socket as FailedSocket;
  // Named by quotes, so that the log's limit takes the lines of all addresses for one kind.
  const peer = `"${_parent?.remoteAddress ?? socket.remoteAddress ?? "unknown"}"`;
  if (typeof authorizationError === "string" || authorizationError instanceof Error) {
    const reason = messageOfReason(authorizationError);
    log.warning(`Admin API: TLS: refused the client certificate of ${peer}: ${reason}: ${HINT}`);
  } else if (codeOf(error) === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE") {
    log.warning(`Admin API: TLS: refused ${peer}: it has no certificate: ${HINT}`);
  } else if ((_parent?.bytesRead ?? 0) > 0) {
    log.warning(`Admin API: TLS: no handshake with ${peer}: ${error.message}`);
  }
}

function messageOfReason(reason: string | Error): string {
  return typeof reason === "string" ? reason : codeOf(reason) ?? reason.message;
}

function codeOf(error: Error & { code?: string }): string | undefined {
  return error.code;
}
