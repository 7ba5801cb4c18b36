import type { Finding, Rule } from "./rule.ts";
import { isNode, type Module, nameOf, type SyntaxNode, walk } from "./source.ts";

/** What the system calls so is a flag. */
const NO_TIME = /NODELAY$/;
/** Numbers with these names are a time: they say in what. */
const TIMES =
  /(?:^|_|[a-z])(?:timeout|delay|interval|duration|elapsed|patience|deadline|latency|uptime|pause)$/i;
/** Units that are not written as the last word after an underscore. */
const BAD_UNIT = /[a-z](?:Ms|Secs?|Seconds|Millis|Millisecs|Micros|Usecs?|Bytes_?)$/;
const UNIT_INSIDE = /_(?:ms|us|kb)_/i;
/** Names that only look so: a field `readBytes` is bytes, not a count of them. */
const NOT_UNITS = /Bytes_?$/;

/** Numbers that are a time or an amount carry their unit, last in the name. */
export const units: Rule = {
  name: "units",
  find: ({ modules }) => modules.flatMap(findingsIn),
};

function findingsIn(module: Module): Finding[] {
  const found: Finding[] = [];
  walk(module.program, (node) => {
    const declared = declaredNumber(node);
    if (declared === undefined) return;
    const complaint = complaintAbout(declared.replace(/^#/, ""));
    if (complaint === undefined) return;
    found.push({
      key: `${module.path} ${declared}`,
      amount: 1,
      text: `${module.path}:${module.lineOf(node.start)}: ${declared}: ${complaint}`,
    });
  });
  return found;
}

/** Why a number should not be called so. */
export function complaintAbout(name: string): string | undefined {
  if (TIMES.test(name) && !NO_TIME.test(name) && !/_per_/i.test(name)) {
    return "a time without its unit, such as _ms";
  }
  if (BAD_UNIT.test(name) && !NOT_UNITS.test(name)) return "the unit is written as in _ms";
  if (UNIT_INSIDE.test(name)) return "the unit comes last";
  return undefined;
}

/** The name of what a node declares, if it is a number. */
function declaredNumber(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case "VariableDeclarator":
      return isNumber(node.id, node.init) ? nameOf(node.id) : undefined;
    case "PropertyDefinition":
    case "TSPropertySignature":
      return isNumber(node, node.value) ? nameOf(node.key) : undefined;
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return (node.params as SyntaxNode[]).filter((param) => isNumber(param, undefined))
        .map(nameOf).find((name) => name !== undefined && complaintAbout(name) !== undefined);
    default:
      return undefined;
  }
}

function isNumber(node: unknown, value: unknown): boolean {
  const annotation = isNode(node) && isNode(node.typeAnnotation)
    ? node.typeAnnotation.typeAnnotation
    : undefined;
  if (isNode(annotation)) return annotation.type === "TSNumberKeyword";
  return isNode(value) && value.type === "Literal" && typeof value.value === "number";
}

/** What every program has, and every group of commands, with their schemas. */
const EVERYWHERE: ReadonlySet<string> = new Set(["main", "commands", "schemas"]);

/** No two modules of the programs export something of one name: a reader would take the wrong one. */
export const exportedTwice: Rule = {
  name: "exported twice",
  find: ({ modules }) => {
    const places = new Map<string, string[]>();
    for (const module of modules) {
      // The page of the dashboard is a program of the browser, with words of its own.
      if (!/^(lib|cli)\//.test(module.path) || module.path.startsWith("lib/admin/page/")) continue;
      for (const name of exportsOf(module)) {
        if (EVERYWHERE.has(name)) continue;
        places.set(name, [...places.get(name) ?? [], module.path]);
      }
    }
    return [...places].filter(([, paths]) => new Set(paths).size > 1).map(([name, paths]) => ({
      key: name,
      amount: paths.length,
      text: `${name}: exported by ${paths.join(" and ")}`,
    }));
  },
};

/** What a module declares and exports; what it passes on from others is theirs. */
function exportsOf({ program }: Module): Set<string> {
  const names = new Set<string>();
  for (const node of program.body as SyntaxNode[]) {
    const { declaration } = node;
    if (node.type !== "ExportNamedDeclaration" || !isNode(declaration)) continue;
    const own = nameOf(declaration.id);
    if (own !== undefined) names.add(own);
    for (const declarator of (declaration.declarations ?? []) as SyntaxNode[]) {
      const name = nameOf(declarator.id);
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}
