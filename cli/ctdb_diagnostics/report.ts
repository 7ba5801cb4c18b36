import { streamChild } from "../child.ts";
import type { ProgramIo } from "../io.ts";

const RULE = "-".repeat(68);
const BOX_RULE = `  ${"=".repeat(32)}`;

/** Everything that is printed, and the errors that are listed again at the end. */
export class Report {
  readonly #io: ProgramIo;
  readonly #errors: string[] = [];

  constructor(io: ProgramIo) {
    this.#io = io;
  }

  get errorCount(): number {
    return this.#errors.length;
  }

  line(text: string): void {
    this.#io.stdout(`${text}\n`);
  }

  /** Opens a section. */
  section(title: string): void {
    this.line(RULE);
    this.line(title);
  }

  error(text: string): void {
    this.#errors.push(text);
    this.line(`ERROR: ${text}`);
  }

  banner(): void {
    this.section("ctdb_diagnostics starting. This script will gather information about");
    this.line("your ctdb cluster. You should send the output of this script along");
    this.line("with any ctdb or clustered Samba bug reports.");
    this.line(RULE);
  }

  /** A file, or why it cannot be shown, in a box. */
  box(title: string, listing: string, contents: string): void {
    this.line(BOX_RULE);
    this.line(`  ${title}`);
    this.#io.stdout(indent(listing) + indent(contents));
    this.line(BOX_RULE);
  }

  /** The output of a local command, both streams, as it comes. */
  async run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    await streamChild(this.#io, command, (chunk) => this.#io.stdout(chunk), { env });
  }

  summary(): void {
    this.line(`Diagnostics finished with ${this.errorCount} errors`);
    this.#errors.forEach((text, at) => this.line(` ERROR[${at + 1}]: ${text}`));
  }
}

function indent(text: string): string {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => `  ${line}\n`).join("");
}
