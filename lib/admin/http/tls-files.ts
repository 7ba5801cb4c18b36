import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { CtdbError, messageOf } from "../../base/mod.ts";
import type { TlsFiles } from "../../config/mod.ts";

/** A file for TLS that cannot be used. */
export class TlsFileError extends CtdbError {}

/** The texts of the files. */
export interface TlsTexts {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/**
 * Reads what TLS needs, and judges it: the runtime would listen with anything, and fail in each
 * handshake without a word.
 *
 * @throws {TlsFileError} a file cannot be read, is none of its kind, or does not fit the others
 */
export function readTlsFiles({ certificate, key, clientCa }: TlsFiles): TlsTexts {
  const texts = { cert: read(certificate), key: read(key) };
  const parsed = certificateIn(texts.cert, certificate);
  if (!parsed.checkPrivateKey(keyIn(texts.key, key))) {
    throw new TlsFileError(`Read TLS file: ${key}: this is not the key of ${certificate}`);
  }
  if (clientCa === undefined) return texts;
  const ca = read(clientCa);
  certificateIn(ca, clientCa);
  return { ...texts, ca };
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new TlsFileError(`Read TLS file: ${path}: ${messageOf(error)}`);
  }
}

function certificateIn(text: string, path: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new TlsFileError(
      `Read TLS file: ${path}: there is no certificate (PEM) in it: ${messageOf(error)}`,
    );
  }
}

function keyIn(text: string, path: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new TlsFileError(
      `Read TLS file: ${path}: there is no private key (PEM) without a passphrase in it: ${
        messageOf(error)
      }`,
    );
  }
}
