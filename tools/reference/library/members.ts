import type { ClassElement, TSSignature } from "oxc-parser";
import type { DocComment } from "./doc-comment.ts";
import type { Source } from "./read-declarations.ts";

/** A property, method, accessor or constructor that others can use. */
export interface Member {
  readonly name: string;
  readonly code: string;
  readonly doc: DocComment | null;
  /** A property that is one literal, such as an error's `name`: its code says all there is. */
  readonly saysAll: boolean;
}

type Node = ClassElement | TSSignature;

/** In their order; without what is private or protected. */
export function membersOf(nodes: readonly Node[], source: Source): readonly Member[] {
  return nodes.filter(isPublic).map((node) => ({
    name: nameOf(node, source),
    code: source.textOf(node).replace(/[;,]$/, ""),
    doc: source.docOf(node),
    saysAll: isLiteral(node),
  }));
}

function isPublic(node: Node): boolean {
  if ("key" in node && node.key.type === "PrivateIdentifier") return false;
  return !("accessibility" in node) || node.accessibility === null || node.accessibility === "public";
}

/** What a person calls it; signatures without a name of their own by their code. */
function nameOf(node: Node, { textOf }: Source): string {
  if (!("key" in node)) return textOf(node);
  const name = textOf(node.key);
  return "computed" in node && node.computed ? `[${name}]` : name;
}

function isLiteral(node: Node): boolean {
  if ("value" in node && node.value?.type === "Literal") return true;
  return "typeAnnotation" in node && node.typeAnnotation?.typeAnnotation.type === "TSLiteralType";
}
