/**
 * Manual pages: of each program what it prints as its help, of each command of `ctdb` what
 * `ctdb help COMMAND` prints. So there is one table of options and commands, that of the programs.
 *
 * @module
 */
import { ROOT } from "../console.ts";
import { packageVersion } from "../deb/version.ts";
import { commandsOf, helpOf } from "./help.ts";
import { DESCRIPTIONS, type ProgramDescription } from "./programs.ts";
import { line, literal, section, title } from "./roff.ts";

/** One page, ready for `man`. */
export interface ManualPage {
  readonly name: string;
  readonly section: number;
  readonly text: string;
}

const PROGRAMS = 1;
const FILES = 5;

/** All pages. */
export async function manualPages(): Promise<ManualPage[]> {
  const version = await packageVersion();
  const pages = Object.entries(DESCRIPTIONS).map(async ([name, description]) => ({
    name,
    section: PROGRAMS,
    text: await programPage(name, description, version),
  }));
  return [...await Promise.all(pages), await configurationPage(version)];
}

async function programPage(
  name: string,
  { about, usage, text, seeAlso }: ProgramDescription,
  version: string,
): Promise<string> {
  return [
    title(name, PROGRAMS, version),
    section("NAME"),
    line(`${name} - ${about}`),
    ...(usage === undefined ? [] : [section("SYNOPSIS"), literal(await helpOf(name, usage))]),
    section("DESCRIPTION"),
    text.map(line).join(".PP\n"),
    name === "ctdb" ? await commandSections() : "",
    section("SEE ALSO"),
    line(seeAlso.join(", ")),
  ].join("");
}

/** What there is to say about each command of `ctdb`. */
async function commandSections(): Promise<string> {
  const parts = [section("COMMANDS")];
  for (const command of await commandsOf("ctdb")) {
    parts.push(`.SS ${command}\n`, literal(await helpOf("ctdb", ["help", command])));
  }
  return parts.join("");
}

/** The example has every option with its default and what it does. */
async function configurationPage(version: string): Promise<ManualPage> {
  const name = "ctdb.conf";
  const text = [
    title(name, FILES, version),
    section("NAME"),
    line(`${name} - configuration of ctdbd`),
    section("DESCRIPTION"),
    line("/etc/ctdb/ctdb.conf, the same on every node:"),
    literal(await Deno.readTextFile(`${ROOT}config/ctdb.conf.example`)),
    section("SEE ALSO"),
    line("ctdbd(1), ctdb-config(1), ctdb(1)"),
  ].join("");
  return { name, section: FILES, text };
}
