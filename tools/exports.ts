/**
 * Checks that everything a `mod.ts` exports says what it is. That the examples in comments have the
 * right types is a check of its own; `tests/tools/library/` runs those of the public library.
 *
 * @module
 */
import { runCommand } from "../lib/base/mod.ts";
import { ROOT } from "./console.ts";
import { LAYERS } from "./imports.ts";

/** The part of `deno doc --json` that is looked at. */
interface DocOutput {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly DocSymbol[] }>>;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly DocDeclaration[];
}

interface DocDeclaration {
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: { readonly doc?: string };
}

/** The faces of the folders, and of the library. */
const FACES: readonly string[] = [
  "mod.ts",
  "mod_testing.ts",
  ...LAYERS.map((layer) => `lib/${layer}/mod.ts`),
];

/** The faces that are there: a layer may be empty. */
async function existingFaces(): Promise<string[]> {
  const found = await Promise.all(
    FACES.map((face) => Deno.stat(`${ROOT}${face}`).then(() => true, () => false)),
  );
  return FACES.filter((_, i) => found[i]);
}

/** The exported symbols without a description, as lines to print. */
export async function undocumented(): Promise<string[]> {
  // One call for all would show what a face takes from another as a mere reference.
  const lines = await Promise.all((await existingFaces()).map(undocumentedOf));
  return [...new Set(lines.flat())];
}

async function undocumentedOf(face: string): Promise<string[]> {
  const command = [Deno.execPath(), "doc", "--json", face];
  const { exit, stdout, stderr } = await runCommand(command, { cwd: ROOT });
  if (exit !== 0) return [stderr];
  const { nodes } = JSON.parse(stdout) as DocOutput;
  return Object.values(nodes).flatMap(({ symbols }) => symbols.filter(isUndocumented).map(place));
}

function isUndocumented({ declarations }: DocSymbol): boolean {
  return !declarations.some(({ jsDoc }) => jsDoc?.doc !== undefined && jsDoc.doc !== "");
}

function place({ name, declarations }: DocSymbol): string {
  const location = declarations[0]?.location;
  const file = location?.filename.replace(`file://${ROOT}`, "");
  return `${file}:${location?.line}: ${name}: exported without a description`;
}
