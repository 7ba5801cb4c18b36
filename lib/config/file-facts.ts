/** What a check may ask about a file; symbolic links are followed. */
export interface FileFacts {
  readonly kind: "file" | "directory" | "other";
  /** Its owner may execute it. */
  readonly ownerExecutable: boolean;
}

/** Tells about the file at a path; undefined when there is none. The edge's only job in checks. */
export type StatFile = (path: string) => FileFacts | undefined;

/** Looks at a file of this machine. */
export function statFile(path: string): FileFacts | undefined {
  try {
    const { isFile, isDirectory, mode } = Deno.statSync(path);
    const kind = isFile ? "file" : isDirectory ? "directory" : "other";
    return { kind, ownerExecutable: ((mode ?? 0) & 0o100) !== 0 };
  } catch {
    return undefined;
  }
}
