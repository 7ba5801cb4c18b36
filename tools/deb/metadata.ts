import { ROOT } from "../console.ts";
import { wordsOf } from "../manual/help.ts";
import { capture } from "../run.ts";
import { maintainerOf } from "./maintainer.ts";
import { packageVersion } from "./version.ts";

/** The oldest C library that the runtime starts with. */
const GLIBC = "2.27";
const SCRIPTS = ["postinst", "prerm", "postrm"];

/** Writes the control files of the package; returns the name of its file. */
export async function describePackage(tree: string): Promise<{ fileName: string }> {
  const control = `${tree}/DEBIAN`;
  await Deno.mkdir(control);
  const version = await packageVersion();
  const architecture = await debianArchitecture();
  const values: Record<string, string> = {
    VERSION: version,
    ARCHITECTURE: architecture,
    GLIBC,
    COMPATIBLE: (await wordsOf("ctdb", ["version"])).trim(),
    MAINTAINER: maintainerOf(Deno.env.toObject()),
    SIZE: String(await sizeOf(tree)),
  };
  const template = await Deno.readTextFile(`${ROOT}packaging/debian/control`);
  const text = template.replace(/@([A-Z]+)@/g, (_, name: string) => values[name]!);
  await Deno.writeTextFile(`${control}/control`, text);
  const files = await filesBelow(tree);
  const configuration = files.filter((path) => path.startsWith("etc/"));
  const list = configuration.map((path) => `/${path}\n`).join("");
  await Deno.writeTextFile(`${control}/conffiles`, list);
  const sums = await md5Sums(tree, files.filter((path) => !path.startsWith("etc/")));
  await Deno.writeTextFile(`${control}/md5sums`, sums);
  for (const name of ["control", "conffiles", "md5sums"]) {
    await Deno.chmod(`${control}/${name}`, 0o644);
  }
  for (const name of SCRIPTS) {
    await Deno.copyFile(`${ROOT}packaging/debian/${name}`, `${control}/${name}`);
    await Deno.chmod(`${control}/${name}`, 0o755);
  }
  return { fileName: `ctdb-deno_${version}_${architecture}.deb` };
}

async function debianArchitecture(): Promise<string> {
  return await output(["dpkg", "--print-architecture"]);
}

/** In KiB, as the control file wants it; hard links count once. */
async function sizeOf(tree: string): Promise<number> {
  return Number((await output(["du", "-sk", "--exclude=DEBIAN", tree])).split("\t")[0]);
}

/** Plain files, as paths without a slash at the beginning, in order. */
async function filesBelow(tree: string): Promise<string[]> {
  const found = await output(["find", tree, "-path", `${tree}/DEBIAN`, "-prune", ...PRINT]);
  return found.split("\n").filter((path) => path !== "").sort();
}

const PRINT = ["-o", "-type", "f", "-printf", "%P\\n"];

/** Each inode is read once: the runtime has many names. */
async function md5Sums(tree: string, paths: readonly string[]): Promise<string> {
  const known = new Map<number, string>();
  const lines: string[] = [];
  for (const path of paths) {
    const { ino } = await Deno.stat(`${tree}/${path}`);
    let sum = ino === null ? undefined : known.get(ino);
    if (sum === undefined) {
      sum = (await output(["md5sum", `${tree}/${path}`])).split(" ", 1)[0]!;
      if (ino !== null) known.set(ino, sum);
    }
    lines.push(`${sum}  ${path}\n`);
  }
  return lines.join("");
}

async function output(command: readonly string[]): Promise<string> {
  const result = await capture(command);
  if (!result.success) throw new Error(`Run ${command.join(" ")}: ${result.output.trim()}`);
  return result.output.trim();
}
