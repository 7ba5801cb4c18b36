/** What runs the shell commands of a page, and the programs that stand in it. */
export const RUN_BY: Readonly<Record<string, string>> = {
  "README.md": "tests/documents/readme.test.ts",
  "docs/admin.md": "tests/documents/documents.test.ts",
  "docs/cluster-lock.md": "tests/documents/documents.test.ts",
  "docs/contributing.md": "tests/documents/contributing.test.ts",
  "docs/ctdb.md": "tests/documents/documents.test.ts",
  "docs/json.md": "tests/documents/documents.test.ts",
  "docs/library.md": "tests/tools/library/library.test.ts",
  "docs/migrate-from-c.md": ".ci/guides",
  "docs/nfs-cluster.md": ".ci/guides",
  "docs/operations.md": "tests/documents/documents.test.ts",
  "docs/samba-cluster.md": "tests/e2e/guides.test.ts",
  "docs/tutorial.md": "tests/e2e/tutorial.test.ts",
};

/** Commands of a page that nothing runs. */
export interface UnrunCommands {
  readonly file: string;
  /** What the first line of the block, or the line alone, begins with. */
  readonly begin: string;
  readonly reason: string;
}

/** All of them. Whatever else stands in a block is run by {@link RUN_BY}, or is a failure. */
export const UNRUN_COMMANDS: readonly UnrunCommands[] = [
  {
    file: "README.md",
    begin: "npx -y deno@2.9.6 task demo --web",
    reason: "lasts until somebody ends it: tests/e2e/demo.test.ts does",
  },
  {
    file: "README.md",
    begin: "npx -y deno@2.9.6 task test",
    reason: "is what runs all tests",
  },
  { file: "docs/admin.md", begin: "ssh -L", reason: "is typed on another machine" },
  {
    file: "docs/benchmarks.md",
    begin: "deno task bench",
    reason: "takes half an hour",
  },
  {
    file: "docs/benchmarks.md",
    begin: "deno run -A bench/failover.ts",
    reason: "takes an hour",
  },
  {
    file: "docs/cluster-lock.md",
    begin: "ping_pong",
    reason: "runs on three machines at once: tests/tools/ping-pong.test.ts does it in namespaces",
  },
  {
    file: "docs/containers.md",
    begin: "deno task deb",
    reason: "needs podman: packaging/container/try.sh runs the image without it",
  },
  {
    file: "docs/containers.md",
    begin: "podman run",
    reason: "needs podman: packaging/container/try.sh runs the image without it",
  },
  {
    file: "docs/containers.md",
    begin: "debootstrap",
    reason: "makes a whole Debian, and is itself the test of the page: .ci/guides does it",
  },
];
