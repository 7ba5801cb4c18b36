/** What a scenario does to files; paths are whole ones. */
type FileInstruction = (rest: string, input: string | undefined) => void;

const INSTRUCTIONS: Readonly<Record<string, FileInstruction>> = {
  /** `write PATH` with the text as input; an empty file without any. */
  write: (path, text) => {
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, text ?? "");
  },
  /** `remove PATH`: it may be missing. */
  remove: (path) => {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  /** `chmod MODE PATH`, the mode in octal digits. */
  chmod: (rest) => {
    const [mode, path] = rest.split(" ");
    Deno.chmodSync(path!, parseInt(mode!, 8));
  },
  /** `cut PATH BYTES OTHER`: the first bytes of a file as another one. */
  cut: (rest) => {
    const [path, bytes, other] = rest.split(" ");
    Deno.writeFileSync(other!, Deno.readFileSync(path!).subarray(0, Number(bytes)));
  },
};

/** Does what an instruction about a file says; `false` if it is about something else. */
export function obeyFileInstruction(
  word: string,
  rest: string,
  input: string | undefined,
): boolean {
  const instruction = INSTRUCTIONS[word];
  instruction?.(rest, input);
  return instruction !== undefined;
}
