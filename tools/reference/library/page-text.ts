/** Docstrings and code as Markdown of one page, with links inside it and to the RFCs. */
import type { DocComment, DocTag } from "./doc-comment.ts";

/** The page's address of a public name; `null` when it has none there. */
export type AnchorOf = (name: string) => string | null;

/** Paragraphs, to be joined by empty lines. */
export function docParagraphs(doc: DocComment | null, anchorOf: AnchorOf): readonly string[] {
  if (doc === null) return [];
  const { text, tags } = doc;
  const inner = (markdown: string) => linked(markdown, anchorOf);
  const parameters = tags.filter(({ name }) => name === "param").map((tag) => inner(parameterLine(tag)));
  return [
    ...(text === "" ? [] : [inner(text)]),
    ...(parameters.length === 0 ? [] : [parameters.join("\n")]),
    ...tags.filter(({ name }) => name !== "param").map((tag) => inner(tagSentence(tag))),
  ];
}

const tagWords: Readonly<Record<string, string>> = {
  returns: "Returns",
  throws: "Throws",
  deprecated: "Deprecated:",
};

function tagSentence({ name, text }: DocTag): string {
  const word = tagWords[name];
  if (word === undefined) throw new Error(`A docstring has a tag that the reference does not know: @${name}`);
  return `*${word}* ${text}`;
}

function parameterLine({ text }: DocTag): string {
  const [, name = "", meaning = ""] = /^(\S+)\s+(?:- )?([^]*)$/.exec(text) ?? [];
  return `- \`${name}\`: ${meaning}`;
}

/** Code between backticks stays as it is. */
function linked(markdown: string, anchorOf: AnchorOf): string {
  const pieces = markdown.split(/(`[^`]*`)/);
  return pieces.map((piece) => (piece.startsWith("`") ? piece : linkedProse(piece, anchorOf))).join("");
}

const linkedProse = (prose: string, anchorOf: AnchorOf): string =>
  prose
    .replaceAll(/<(?=\S)/g, "&lt;")
    .replaceAll(/\{@link\s+([\w.]+)\s*(?:\|\s*([^}]*))?\}/g, (_, name: string, words?: string) =>
      linkTo(name, words ?? `\`${name}\``, anchorOf),
    )
    .replaceAll(/RFC (\d{3,5})(\s+section\s+([\d.]*\d))?/g, rfcLink);

function linkTo(name: string, words: string, anchorOf: AnchorOf): string {
  const anchor = anchorOf(name);
  return anchor === null ? words : `[${words}](#${anchor})`;
}

function rfcLink(words: string, number: string, _: string | undefined, section: string | undefined): string {
  const place = section === undefined ? "" : `#section-${section}`;
  return `[${words.replaceAll(/\s+/g, " ")}](https://www.rfc-editor.org/rfc/rfc${number}${place})`;
}

/** "See A, B": the page's other names that stand in some code, in their order of appearance; "" for none. */
export function namesIn(code: string, self: string, anchorOf: AnchorOf): string {
  const names = new Set(withoutStrings(code).match(/[A-Za-z_$][\w$]*/g));
  const links = [...names]
    .filter((name) => name !== self && anchorOf(name) !== null)
    .map((name) => linkTo(name, `\`${name}\``, anchorOf));
  return links.length === 0 ? "" : `See ${links.join(", ")}.`;
}

const withoutStrings = (code: string): string => code.replaceAll(/"[^"\n]*"|\/\*[^]*?\*\//g, "");
