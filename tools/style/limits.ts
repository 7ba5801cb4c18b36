import { HOME } from "../docs/limits.ts";
import type { Finding, Rule } from "./rule.ts";
import { isNode, type Module, nameOf, type SyntaxNode } from "./source.ts";

/** Names of limits, in the words between underscores. */
const WORDS =
  /^(?:MAX|MOST|LARGEST|LONGEST|LATEST|GREATEST|HIGHEST|WIDEST|LIMIT|SLICE|BATCH|WINDOW)$/;
const LATER_WORDS = /^(?:LIMIT|SLICE|BATCH|BACKLOG)$/;
const INNER_WORDS = /^(?:MAX|WINDOW)$/;
/** The form of the comment of a limit; `docs/limits.md` is made from it. */
const COMMENT = /^\*\n \* [A-Z][^]*\.\n \*\n \* Beyond it: [^]*\.\n $/;

/** Whether a constant is a limit by its name, in either case of letters. */
export function isLimitName(name: string): boolean {
  const [first = "", ...later] = name.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase().split("_");
  // The maximum of a type is no limit of ours: I64_MAX.
  return WORDS.test(first) || later.some((word) => LATER_WORDS.test(word)) ||
    later.slice(0, -1).some((word) => INNER_WORDS.test(word));
}

/** Limits stand in one place, and each says what it is of and what happens beyond it. */
export const limits: Rule = {
  name: "limits",
  find: ({ modules }) =>
    modules.filter(({ path }) => /^(lib|cli)\//.test(path)).flatMap((module) =>
      constantsOf(module).flatMap(({ name, node }) => findingsAbout(module, name, node))
    ),
};

function findingsAbout(module: Module, name: string, node: SyntaxNode): Finding[] {
  const complaint = module.path.startsWith(HOME)
    ? complaintAboutHome(module, name, node)
    : isLimitName(name)
    ? `limits stand in ${HOME}`
    : undefined;
  if (complaint === undefined) return [];
  const text = `${module.path}:${module.lineOf(node.start)}: ${name}: ${complaint}`;
  return [{ key: `${module.path} ${name}`, amount: 1, text }];
}

function complaintAboutHome(module: Module, name: string, node: SyntaxNode): string | undefined {
  // What a sum is made with stays in its module.
  if (node.type !== "ExportNamedDeclaration") return undefined;
  if (!isLimitName(name) && !/^LEAST_/.test(name)) {
    return "its name does not say that it is a limit";
  }
  const comment = module.comments.find(({ end }) => end + 1 === node.start);
  if (comment === undefined || !COMMENT.test(comment.value)) {
    return "its comment says what it is of, and in a line of its own: Beyond it: what happens";
  }
  return undefined;
}

/** The constants of a module that are numbers, also as a sum or product. */
function constantsOf({ program }: Module): { name: string; node: SyntaxNode }[] {
  return (program.body as SyntaxNode[]).flatMap((statement) => {
    const declaration = isNode(statement.declaration) ? statement.declaration : statement;
    if (declaration.type !== "VariableDeclaration") return [];
    return (declaration.declarations as SyntaxNode[])
      .filter(({ init }) => isNumeric(init))
      .map(({ id }) => ({ name: nameOf(id) ?? "", node: statement }));
  });
}

function isNumeric(value: unknown): boolean {
  if (!isNode(value)) return false;
  if (value.type === "BinaryExpression") return isNumeric(value.left) && isNumeric(value.right);
  if (value.type === "ObjectExpression") {
    return (value.properties as SyntaxNode[]).some((property) => isNumeric(property.value));
  }
  return value.type === "Literal" && ["number", "bigint"].includes(typeof value.value);
}
