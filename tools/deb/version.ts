import { ROOT } from "../console.ts";

/** The version of this program, as `deno.json` has it. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)) as {
    readonly version: string;
  };
  return version;
}
