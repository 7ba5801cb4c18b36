import { type Comment, parseSync } from "oxc-parser";
import { ROOT } from "../console.ts";
import { allModules, type ModuleGraph, readModuleGraph } from "../module-graph.ts";

/** A node of a syntax tree: what all of them have, and whatever else this one has. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A module as text and as a tree. */
export interface Module {
  /** From the root of the source tree. */
  readonly path: string;
  readonly program: SyntaxNode;
  /** In order; `value` is without the signs of the comment. */
  readonly comments: readonly Comment[];
  /** The line of a position, from 1. */
  lineOf(position: number): number;
}

/** The whole source tree. */
export interface Source {
  readonly modules: readonly Module[];
  readonly graph: ModuleGraph;
}

/** Reads and parses all modules. Throws for one that is no TypeScript. */
export async function readSource(): Promise<Source> {
  const paths = await allModules();
  const modules = await Promise.all(
    paths.map(async (path) => parseModule(path, await Deno.readTextFile(`${ROOT}${path}`))),
  );
  return { modules, graph: await readModuleGraph() };
}

/** Parses one module. */
export function parseModule(path: string, text: string): Module {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`parse ${path}: ${errors[0]!.message}`);
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return {
    path,
    program: program as unknown as SyntaxNode,
    comments,
    lineOf: (position) => starts.findLastIndex((start) => start <= position) + 1,
  };
}

/** Calls `visit` for a node and all below it; `parents` are those above it, outermost first. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void,
  parents: readonly SyntaxNode[] = [],
): void {
  visit(node, parents);
  const inner = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, inner);
    }
  }
}

/** Whether a field of a node is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

/** The name that an identifier, a private name or a key is written with. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  return typeof node.name === "string" ? node.name : undefined;
}
