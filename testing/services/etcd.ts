import { RunningProgram } from "../process/running-program.ts";

const PROGRAM = "/usr/bin/etcd";

/** How an etcd of a test is started. */
export interface EtcdSetup {
  /** Where its data is; it may be started again there. */
  directory: string;
  /** The address that clients and its peers, which it has none of, use. */
  address: string;
  /** A command to start it under, such as `ip netns exec NAME`. */
  under?: readonly string[];
  /** Certificates: etcd then speaks TLS and wants to see one of its clients. */
  tls?: { caCert: string; cert: string; key: string };
}

/** A real etcd of one member, which answers when {@link TestEtcd.start} resolves. */
export class TestEtcd implements AsyncDisposable {
  readonly url: string;
  readonly #program: RunningProgram;

  private constructor(url: string, program: RunningProgram) {
    this.url = url;
    this.#program = program;
  }

  /** Whether etcd is installed. */
  static available(): boolean {
    try {
      return Deno.statSync(PROGRAM).isFile;
    } catch {
      return false;
    }
  }

  static async start({ directory, address, under, tls }: EtcdSetup): Promise<TestEtcd> {
    const url = `${tls === undefined ? "http" : "https"}://${address}:2379`;
    const peer = `http://${address}:2380`;
    const options: Record<string, string> = {
      "name": "test",
      "data-dir": directory,
      "listen-client-urls": url,
      "advertise-client-urls": url,
      "listen-peer-urls": peer,
      "initial-advertise-peer-urls": peer,
      "initial-cluster": `test=${peer}`,
      "logger": "zap",
      ...(tls === undefined ? {} : {
        "cert-file": tls.cert,
        "key-file": tls.key,
        "trusted-ca-file": tls.caCert,
        "client-cert-auth": "true",
      }),
    };
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    const program = new RunningProgram([PROGRAM, ...args], under === undefined ? {} : { under });
    await program.stderr(/serving client (traffic|requests)/);
    return new TestEtcd(url, program);
  }

  /** Stops it in its tracks: connections stay open, nothing is answered. */
  pause(): void {
    this.#program.child.kill("SIGSTOP");
  }

  resume(): void {
    this.#program.child.kill("SIGCONT");
  }

  /** Ends it as a crash does. */
  async stop(): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

let addresses = 0;

/** A loopback address that no other test uses. */
export function ownLoopbackAddress(): string {
  addresses++;
  return `127.${100 + (Deno.pid >> 14) % 100}.${(Deno.pid >> 6) & 0xff}.${
    ((Deno.pid & 0x3f) * 4 + addresses) % 250 + 1
  }`;
}
