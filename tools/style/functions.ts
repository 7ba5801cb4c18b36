import type { Finding, Rule } from "./rule.ts";
import { isNode, type Module, nameOf, type SyntaxNode, walk } from "./source.ts";

/** A function is read at a glance: on one screen. */
const MOST_LINES = 50;
/** More belong into one object with names. */
const MOST_PARAMETERS = 4;
const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

/** No function is longer than a screen. */
export const functionLength: Rule = {
  name: "function length",
  find: ({ modules }) =>
    modules.filter(({ path }) => !path.startsWith("tests/")).flatMap((module) =>
      functionsOf(module).map(({ node, name, line }) => {
        const amount = module.lineOf(node.end) - line + 1;
        return { name, line, amount };
      }).filter(({ amount }) => amount > MOST_LINES).map(({ name, line, amount }) => ({
        key: `${module.path} ${name}`,
        amount,
        text: `${module.path}:${line}: ${name}: ${amount} lines, at most ${MOST_LINES}`,
      }))
    ),
};

/** No function takes a long row of values. */
export const parameterCount: Rule = {
  name: "parameters",
  find: ({ modules }) =>
    modules.flatMap((module) =>
      functionsOf(module).flatMap(({ node, name, line }): Finding[] => {
        const amount = (node.params as unknown[]).length;
        if (amount <= MOST_PARAMETERS) return [];
        const text = `${module.path}:${line}: ${name}: ${amount} parameters, ` +
          `at most ${MOST_PARAMETERS}`;
        return [{ key: `${module.path} ${name}`, amount, text }];
      })
    ),
};

interface FoundFunction {
  readonly node: SyntaxNode;
  readonly name: string;
  readonly line: number;
}

function functionsOf(module: Module): FoundFunction[] {
  const found: FoundFunction[] = [];
  walk(module.program, (node, parents) => {
    if (!FUNCTIONS.includes(node.type)) return;
    // A test or a table of commands is a list, not a function to follow.
    const parent = parents.at(-1);
    const name = nameOf(node.id) ?? nameOf(parent?.key) ?? nameOf(parent?.id);
    if (name === undefined) return;
    const owner = parents.findLast(({ type }) => type === "ClassDeclaration");
    const full = owner === undefined ? name : `${nameOf(owner.id)}.${name}`;
    const start = isNode(parent) && nameOf(node.id) === undefined ? parent.start : node.start;
    found.push({ node, name: full, line: module.lineOf(start) });
  });
  return found;
}
