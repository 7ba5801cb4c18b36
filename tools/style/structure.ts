import type { ModuleGraph } from "../module-graph.ts";
import type { Rule } from "./rule.ts";
import { type Module, nameOf, type SyntaxNode, walk } from "./source.ts";

/** No modules import each other in a circle. */
export const circles: Rule = {
  name: "circles",
  find: ({ graph }) =>
    circlesOf(graph).map((members) => ({
      key: members.join(" "),
      amount: members.length,
      text: `${members.length} modules import each other: ${members.join(" ")}`,
    })),
};

/** The groups of modules that reach each other (Tarjan), each sorted. */
export function circlesOf(graph: ModuleGraph): string[][] {
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const connect = (module: string): void => {
    index.set(module, index.size);
    low.set(module, index.get(module)!);
    stack.push(module);
    for (const imported of graph.get(module) ?? []) {
      if (!index.has(imported)) connect(imported);
      else if (!stack.includes(imported)) continue;
      low.set(module, Math.min(low.get(module)!, low.get(imported)!));
    }
    if (low.get(module) !== index.get(module)) return;
    const group = stack.splice(stack.indexOf(module));
    if (group.length > 1) found.push(group.sort());
  };
  for (const module of graph.keys()) if (!index.has(module)) connect(module);
  return found.sort();
}

/**
 * No interface stands for the one class that implements it, known to that class's module and its own
 * alone: the class is enough.
 */
export const loneInterfaces: Rule = {
  name: "interfaces with one implementation",
  find: ({ modules }) => {
    const uses = usesOf(modules);
    return modules.filter(({ path }) => /^(lib|cli)\//.test(path)).flatMap((module) =>
      interfacesOf(module).filter((name) => {
        const { implementations, users } = uses.get(name) ?? NOWHERE;
        const others = [...users].filter((path) =>
          path !== module.path && !implementations.includes(path) && !path.endsWith("/mod.ts")
        );
        return implementations.length === 1 && others.length === 0;
      }).map((name) => ({
        key: `${module.path} ${name}`,
        amount: 1,
        text: `${module.path}: ${name}: only one class implements it, and nobody else names it`,
      }))
    );
  },
};

/** How interfaces are called that say what something is handed. */
const HANDED = /(?:Ports|Parts|Host|Context|Sources)$/;

/**
 * What a class or function is handed, and nobody else names, is the interface `Ports` of its own
 * module and not exported: a name that others see stands for something that others use.
 */
export const handed: Rule = {
  name: "interfaces for their own module",
  find: ({ modules }) => {
    const uses = usesOf(modules);
    return modules.filter(({ path }) => /^(lib|cli)\//.test(path)).flatMap((module) =>
      exportedInterfacesOf(module).filter((name) => {
        const others = [...(uses.get(name) ?? NOWHERE).users].filter((path) =>
          path !== module.path
        );
        return HANDED.test(name) && others.length === 0;
      }).map((name) => ({
        key: `${module.path} ${name}`,
        amount: 1,
        text: `${module.path}: ${name}: nobody else names it: call it Ports, and do not export it`,
      }))
    );
  },
};

interface Uses {
  /** Modules with a class that says `implements`. */
  readonly implementations: readonly string[];
  /** Modules that name it in a type. */
  readonly users: ReadonlySet<string>;
}
const NOWHERE: Uses = { implementations: [], users: new Set() };

function usesOf(modules: readonly Module[]): Map<string, Uses> {
  const found = new Map<string, { implementations: string[]; users: Set<string> }>();
  const of = (name: string) => {
    const known = found.get(name) ?? { implementations: [], users: new Set() };
    found.set(name, known);
    return known;
  };
  for (const { path, program } of modules) {
    walk(program, (node) => {
      if (node.type === "TSTypeReference") {
        const name = nameOf(node.typeName);
        if (name !== undefined) of(name).users.add(path);
      }
      if (node.type === "TSInterfaceDeclaration") {
        for (const { expression } of (node.extends ?? []) as SyntaxNode[]) {
          const name = nameOf(expression);
          if (name !== undefined) of(name).users.add(path);
        }
      }
      for (const clause of (node.implements ?? []) as SyntaxNode[]) {
        const name = nameOf(clause.expression);
        if (name !== undefined) of(name).implementations.push(path);
      }
    });
  }
  return found;
}

function exportedInterfacesOf({ program }: Module): string[] {
  return (program.body as SyntaxNode[])
    .map((node) => node.declaration as SyntaxNode | undefined)
    .filter((node) => node?.type === "TSInterfaceDeclaration")
    .map((node) => nameOf(node!.id)!);
}

function interfacesOf({ program }: Module): string[] {
  return (program.body as SyntaxNode[])
    .map((node) => node.declaration as SyntaxNode | undefined ?? node)
    .filter((node) => node.type === "TSInterfaceDeclaration")
    .map((node) => nameOf(node.id)!);
}
