/**
 * Checks that everything a `mod.ts` exports says what it is, and that the examples in the comments are
 * programs. `tests/tools/library/` runs those of the public library.
 *
 * @module
 */
import { ROOT } from "./console.ts";
import { LAYERS } from "./imports.ts";
import { capture, type RunResult } from "./run.ts";

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
const FACES: readonly string[] = ["mod.ts", ...LAYERS.map((layer) => `lib/${layer}/mod.ts`)];

/** The faces that are there: a layer may be empty. */
async function existingFaces(): Promise<string[]> {
  const found = await Promise.all(
    FACES.map((face) => Deno.stat(`${ROOT}${face}`).then(() => true, () => false)),
  );
  return FACES.filter((_, i) => found[i]);
}

/** The exported symbols without a description, as lines to print. */
export async function undocumented(): Promise<string[]> {
  const lines = new Set<string>();
  for (const face of await existingFaces()) {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--json", face],
      cwd: ROOT,
    }).output();
    if (!success) return [new TextDecoder().decode(stderr)];
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as DocOutput;
    for (const { symbols } of Object.values(nodes)) {
      for (const line of symbols.filter(isUndocumented).map(place)) lines.add(line);
    }
  }
  return [...lines];
}

/** Checks the types in the examples of all modules; one that is only a piece is marked `ignore`. */
export async function checkExamples(): Promise<RunResult> {
  const command = [Deno.execPath(), "test", "--doc", "--no-run", "mod.ts", "lib"];
  return await capture(command, { cwd: ROOT, env: { NO_COLOR: "1" } });
}

function isUndocumented({ declarations }: DocSymbol): boolean {
  return !declarations.some(({ jsDoc }) => jsDoc?.doc !== undefined && jsDoc.doc !== "");
}

function place({ name, declarations }: DocSymbol): string {
  const location = declarations[0]?.location;
  const file = location?.filename.replace(`file://${ROOT}`, "");
  return `${file}:${location?.line}: ${name}: exported without a description`;
}
