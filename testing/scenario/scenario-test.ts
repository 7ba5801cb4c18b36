import { play, type World } from "./player.ts";
import { parseScenario, writeScenario } from "./scenario.ts";

/** `SCENARIOS=write` writes what is seen into the texts, to be looked at as a diff. */
export const writesScenarios = Deno.env.get("SCENARIOS") === "write";

/** Plays the scenario of a file, each of its steps as one of a test. */
export async function testScenario(t: Deno.TestContext, file: URL, world: World): Promise<void> {
  const text = await Deno.readTextFile(file);
  const played = await play(parseScenario(text), world, {
    write: writesScenarios,
    observe: async (step, index, work) => {
      await t.step(`${index}: ${step.line}`, work);
    },
  });
  if (writesScenarios) await Deno.writeTextFile(file, writeScenario(played));
}

/** The scenarios of a folder, in the order of their names. */
export function scenarioFiles(folder: URL): { readonly name: string; readonly file: URL }[] {
  return [...Deno.readDirSync(folder)]
    .filter(({ name }) => name.endsWith(".txt"))
    .map(({ name }) => ({ name: name.replace(/\.txt$/, ""), file: new URL(name, folder) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
