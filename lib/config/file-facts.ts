/** What a check may ask about a file; symbolic links are followed. */
export interface FileFacts {
  readonly kind: "file" | "directory" | "other";
  /** Its owner may execute it. */
  readonly ownerExecutable: boolean;
}

/** Tells about the file at a path; undefined when there is none. The edge's only job in checks. */
export type StatFile = (path: string) => FileFacts | undefined;
