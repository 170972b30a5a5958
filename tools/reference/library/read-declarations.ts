/** The public items of a package, read from its one file of declarations. */
import { type Comment, type Directive, parseSync, type Span, type Statement } from "oxc-parser";
import { type DocComment, parseDocComment } from "./doc-comment.ts";
import { type Member, membersOf } from "./members.ts";

export type ItemKind = "class" | "interface" | "type" | "function" | "const";

/** One declaration; an overloaded function has several of one name, and so may a type and a value. */
export interface Item {
  readonly name: string;
  readonly kind: ItemKind;
  /** Whether others can import it; what they cannot is there because a signature names it. */
  readonly exported: boolean;
  /** Its code, without the members that are listed. */
  readonly code: string;
  readonly doc: DocComment | null;
  readonly members: readonly Member[];
}

/** What a reader of nodes needs: their text, and the docstring before them. */
export interface Source {
  readonly textOf: (span: Span) => string;
  readonly docOf: (span: Span) => DocComment | null;
}

/** In the order of the text. @throws for a text that does not parse, or holds a kind of statement that is unknown here. */
export function readDeclarations(text: string): readonly Item[] {
  const { program, comments, errors } = parseSync("index.d.ts", text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`The declarations do not parse: ${error.message}`);
  const source = sourceOf(text, comments);
  return program.body.flatMap((statement) => readStatement(statement, source));
}

function sourceOf(text: string, comments: readonly Comment[]): Source {
  const blocks = comments.filter(({ type, value }) => type === "Block" && value.startsWith("*"));
  return {
    textOf: ({ start, end }) => text.slice(start, end),
    docOf: ({ start }) => {
      const before = blocks.findLast(({ end }) => end <= start);
      if (before === undefined || text.slice(before.end, start).trim() !== "") return null;
      return parseDocComment(before.value);
    },
  };
}

function readStatement(statement: Directive | Statement, source: Source): readonly Item[] {
  switch (statement.type) {
    case "ImportDeclaration":
      return [];
    case "ExportNamedDeclaration":
      return statement.declaration === null
        ? []
        : readDeclaration(statement.declaration, { ...source, whole: statement, exported: true });
    default:
      return readDeclaration(statement, { ...source, whole: statement, exported: false });
  }
}

interface Place extends Source {
  /** The declaration with its `export`: the docstring stands before that. */
  readonly whole: Span;
  readonly exported: boolean;
}

function readDeclaration(node: Directive | Statement, place: Place): readonly Item[] {
  const { textOf, docOf, whole, exported } = place;
  const item = (name: string, kind: ItemKind, code: string, members: readonly Member[] = []): Item => ({
    name,
    kind,
    exported,
    code: code.replace(/^declare /, "").trim(),
    doc: docOf(whole),
    members,
  });
  switch (node.type) {
    case "ClassDeclaration":
    case "TSInterfaceDeclaration": {
      const kind = node.type === "ClassDeclaration" ? "class" : "interface";
      const head = textOf({ start: node.start, end: node.body.start });
      return [item(node.id?.name ?? "", kind, head, membersOf(node.body.body, place))];
    }
    case "TSTypeAliasDeclaration":
      return [item(node.id.name, "type", withoutEnd(textOf(node)))];
    case "TSDeclareFunction":
      return [item(node.id?.name ?? "", "function", withoutEnd(textOf(node)))];
    case "VariableDeclaration":
      return node.declarations.map((declarator) => {
        const { id } = declarator;
        if (id.type !== "Identifier") throw new Error(`${textOf(id)}: a declaration has one name`);
        const type = id.typeAnnotation?.typeAnnotation;
        return type?.type === "TSTypeLiteral"
          ? item(id.name, "const", `const ${id.name}`, membersOf(type.members, place))
          : item(id.name, "const", `const ${textOf(declarator)}`);
      });
    default:
      throw new Error(`The reference knows no ${node.type}: ${textOf(node).slice(0, 80)}`);
  }
}

const withoutEnd = (code: string): string => code.replace(/;$/, "");
