import { type Argument, type Expression, parseSync, Visitor } from "oxc-parser";

/**
 * The titles of a file's tests as they are written, each after those of the blocks around it: "block > test". A test
 * that is skipped, to be done or meant to fail shows nothing: it is left out, as is one whose title is computed. A
 * block whose title is computed is left out of the titles inside.
 */
export function readTitles(file: string, text: string): ReadonlySet<string> {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`);
  const titles = new Set<string>();
  const blocks: Definition[] = [];
  new Visitor({
    CallExpression({ callee, arguments: args }) {
      const definition = definitionOf(callee, args);
      if (definition === null) return;
      if (definition.kind === "block") blocks.push(definition);
      else if (definition.title !== null && [...blocks, definition].every(({ runs }) => runs)) {
        const around = blocks.flatMap(({ title }) => title ?? []);
        titles.add([...around, definition.title].join(" > "));
      }
    },
    "CallExpression:exit"({ callee, arguments: args }) {
      if (definitionOf(callee, args)?.kind === "block") blocks.pop();
    },
  }).visit(program);
  return titles;
}

interface Definition {
  readonly kind: "block" | "test";
  /** `null` for one that is computed. */
  readonly title: string | null;
  readonly runs: boolean;
}

const kinds: Readonly<Record<string, "block" | "test">> = {
  describe: "block",
  suite: "block",
  it: "test",
  test: "test",
};
const withoutRun = new Set(["skip", "todo", "fails"]);

/** What a call defines, in any of the forms `test(…)`, `test.only(…)`, `test.each(…)(…)`; `null` for other calls. */
function definitionOf(callee: Expression, args: readonly Argument[]): Definition | null {
  const names = namesOf(callee);
  const kind = kinds[names[0] ?? ""];
  const [title, ...rest] = args;
  const hasBody = rest.some(
    ({ type }) => type === "ArrowFunctionExpression" || type === "FunctionExpression",
  );
  if (kind === undefined || title === undefined || !hasBody) return null;
  return { kind, title: literalOf(title), runs: !names.some((name) => withoutRun.has(name)) };
}

/** The names that a callee is made of: "it", "each" for `it.each(…)`; "" for what has none. */
function namesOf(callee: Expression): readonly string[] {
  switch (callee.type) {
    case "Identifier":
      return [callee.name];
    case "MemberExpression":
      return [
        ...namesOf(callee.object),
        ...(callee.property.type === "Identifier" ? [callee.property.name] : []),
      ];
    case "CallExpression":
      return namesOf(callee.callee);
    case "TaggedTemplateExpression":
      return namesOf(callee.tag);
    default:
      return [""];
  }
}

function literalOf(title: Argument): string | null {
  if (title.type === "Literal" && typeof title.value === "string") return title.value;
  if (title.type !== "TemplateLiteral" || title.expressions.length > 0) return null;
  return title.quasis[0]?.value.cooked ?? null;
}
