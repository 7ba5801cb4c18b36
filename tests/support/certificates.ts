import { mustRun, succeeds } from "../../testing/process/command.ts";

/** Whether there is what makes certificates. */
export const openssl = succeeds(["openssl", "version"]);

/** A self-signed certificate, which is its own authority. */
export function certificate(directory: string, name: string): { cert: string; key: string } {
  const [cert, key] = [`${directory}/${name}.pem`, `${directory}/${name}.key`];
  mustRun([
    ...[
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
    ],
    ...["-days", "2", "-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", key, "-out", cert],
  ]);
  return { cert, key };
}

/** A certificate that another signs: of version 3 with extensions, of version 1 without. */
export function signed(
  directory: string,
  { name, by, extensions }: {
    readonly name: string;
    readonly by: { readonly cert: string; readonly key: string };
    readonly extensions?: string;
  },
): { cert: string; key: string } {
  const [cert, key, request] = ["pem", "key", "csr"].map((end) => `${directory}/${name}.${end}`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const subject = ["-subj", `/CN=${name}`];
  mustRun(["openssl", "req", ...curve, ...subject, "-keyout", key!, "-out", request!]);
  const more = [];
  if (extensions !== undefined) {
    Deno.writeTextFileSync(`${directory}/${name}.ext`, extensions);
    more.push("-extfile", `${directory}/${name}.ext`);
  }
  const authority = ["-CA", by.cert, "-CAkey", by.key, "-CAcreateserial"];
  const days = ["-days", "2"];
  mustRun(
    ["openssl", "x509", "-req", "-in", request!, ...days, "-out", cert!, ...authority, ...more],
  );
  return { cert: cert!, key: key! };
}

/** Extensions of a certificate for clients. */
export const FOR_CLIENTS = "basicConstraints=CA:FALSE\nextendedKeyUsage=clientAuth\n";
