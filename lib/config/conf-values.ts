import type { ConfValue } from "./conf-checks.ts";
import type { ConfOption, ConfSchema } from "./conf-schema.ts";
import { findOption } from "./conf-schema.ts";
import { ConfigError } from "./errors.ts";

/** The values of all options: given ones over defaults. Immutable. */
export class ConfValues {
  readonly schema: ConfSchema;
  readonly #given: ReadonlyMap<ConfOption, ConfValue>;

  constructor(schema: ConfSchema, given: ReadonlyMap<ConfOption, ConfValue> = new Map()) {
    this.schema = schema;
    this.#given = given;
  }

  /** Whether the option was given a value that is not its default. */
  isGiven(option: ConfOption): boolean {
    return this.#given.has(option);
  }

  /** The value of an option; undefined for a text that has none. */
  valueOf(option: ConfOption): ConfValue | undefined {
    return this.#given.get(option) ?? option.default;
  }

  /** These values with others on top. */
  with(changes: ReadonlyMap<ConfOption, ConfValue>): ConfValues {
    return new ConfValues(this.schema, new Map([...this.#given, ...changes]));
  }

  /** A text option; undefined when it has no value. Throws {@link ConfigError} if there is none. */
  text(section: string, name: string): string | undefined {
    const value = this.#value(section, name, "string");
    return typeof value === "string" ? value : undefined;
  }

  /** An integer option. Throws {@link ConfigError} if there is none of that name and type. */
  integer(section: string, name: string): number {
    return Number(this.#value(section, name, "integer"));
  }

  /** A boolean option. Throws {@link ConfigError} if there is none of that name and type. */
  boolean(section: string, name: string): boolean {
    return this.#value(section, name, "boolean") === true;
  }

  /**
   * The line that `ctdb-config get SECTION OPTION` prints, without the newline; undefined when there
   * is no such option (`cli.md` 11).
   */
  get(section: string, name: string): string | undefined {
    const option = findOption(this.schema, section, name);
    return option === undefined ? undefined : this.#show(option);
  }

  /** What `ctdb-config dump` prints (`cli.md` 11). Defaults stand there as comments. */
  dump(): string {
    const lines: string[] = [];
    let section = "";
    for (const option of this.schema) {
      if (option.ours && !this.isGiven(option)) continue;
      if (option.section !== section) lines.push(`[${option.section}]`);
      section = option.section;
      const mark = this.isGiven(option) ? "" : "# ";
      lines.push(`\t${mark}${option.name} = ${this.#show(option)}`);
    }
    return lines.map((line) => `${line}\n`).join("");
  }

  #show(option: ConfOption): string {
    return String(this.valueOf(option) ?? "");
  }

  #value(section: string, name: string, type: ConfOption["type"]): ConfValue | undefined {
    const option = findOption(this.schema, section, name);
    if (option?.type !== type) {
      throw new ConfigError(`look up ${type} option: [${section}] -> ${name}`);
    }
    return this.valueOf(option);
  }
}
