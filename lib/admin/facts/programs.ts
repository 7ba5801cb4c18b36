/** The name of the program that a process runs; null when it has gone, or is not of this machine. */
export async function programName(pid: number): Promise<string | null> {
  return await Deno.readTextFile(`/proc/${pid}/comm`).then((text) => text.trim(), () => null);
}
