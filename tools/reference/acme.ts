/** docs/reference/acme.md: every exported name of the library, from the declarations that npm gets. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readIndex } from "../check/read-imports.ts";
import { library, libraryDeclarations } from "../package/build.ts";
import { headingAnchors } from "./library/heading-anchors.ts";
import type { Member } from "./library/members.ts";
import { type AnchorOf, docParagraphs, namesIn } from "./library/page-text.ts";
import { type Item, readDeclarations } from "./library/read-declarations.ts";

/** In the order of the page; a folder that is not here comes after them, by its name. */
const topics: Readonly<Record<string, string>> = {
  flow: "From a name to a certificate",
  client: "The protocol, step by step",
  challenge: "What to publish",
  x509: "Keys, requests, certificates",
  wire: "Account keys, errors, transport",
};

const unnamed = "Not exported, but part of a signature";

export async function readLibrary(): Promise<readonly Item[]> {
  return readDeclarations(await libraryDeclarations());
}

/** @param items as `readLibrary` reads them. */
export function acmeReference(items: readonly Item[]): string {
  const sections = sectionsOf(items);
  const headings = sections.flatMap(({ title, names }) => [title, ...names.keys()]);
  const anchors = headingAnchors(["@certmill/acme", ...headings]).slice(1);
  const byHeading = new Map(headings.map((heading, index) => [heading, anchors[index] ?? ""]));
  const anchorOf: AnchorOf = (name) => byHeading.get(name) ?? null;
  return `${[
    "# `@certmill/acme`",
    "Made by `npm run reference` from `packages/acme/src`; do not edit. What the library is for, and how to begin, is in " +
      "[its README](../../packages/acme/README.md).",
    sections.map((section) => contents(section, anchorOf)).join("\n"),
    ...sections.flatMap(({ title, names }) => [
      `## ${title}`,
      ...[...names].flatMap(([name, declarations]) => itemSection(name, declarations, anchorOf)),
    ]),
  ].join("\n\n")}\n`;
}

interface Section {
  readonly title: string;
  /** The declarations of each name. */
  readonly names: ReadonlyMap<string, readonly Item[]>;
}

function sectionsOf(items: readonly Item[]): readonly Section[] {
  const index = join(library, "src/index.ts");
  const origins = readIndex(index, readFileSync(index, "utf8"));
  const folderOf = ({ name, exported }: Item): string =>
    exported ? (origins.get(name)?.split("/")[1] ?? "") : unnamed;
  const byFolder = Map.groupBy(items, folderOf);
  const order = [
    ...Object.keys(topics),
    ...[...byFolder.keys()].filter((folder) => folder !== unnamed).sort(),
    unnamed,
  ];
  return [...new Set(order)].flatMap((folder) => {
    const own = byFolder.get(folder);
    return own === undefined
      ? []
      : [{ title: topics[folder] ?? folder, names: Map.groupBy(own, ({ name }) => name) }];
  });
}

function contents({ title, names }: Section, anchorOf: AnchorOf): string {
  const links = [...names.keys()].map((name) => `[\`${name}\`](#${anchorOf(name)})`);
  return `- [${title}](#${anchorOf(title)}): ${links.join(", ")}`;
}

function itemSection(name: string, declarations: readonly Item[], anchorOf: AnchorOf): readonly string[] {
  const code = declarations.flatMap((each) => [each.code, ...each.members.map((member) => member.code)]);
  const see = namesIn(code.join("\n"), name, anchorOf);
  return [
    `### \`${name}\``,
    ...declarations.flatMap(({ code, doc, members }) => [
      fence(code),
      ...docParagraphs(doc, anchorOf),
      ...members.map((member) => memberEntry(member, anchorOf)),
    ]),
    ...(see === "" ? [] : [see]),
  ];
}

function memberEntry({ code, doc }: Member, anchorOf: AnchorOf): string {
  const head = code.includes("\n") ? fence(outdented(code)) : `\`${code}\``;
  const [first, ...rest] = [head, ...docParagraphs(doc, anchorOf)].map((part) =>
    part.replaceAll("\n", "\n  "),
  );
  return [`- ${first}`, ...rest.map((part) => `  ${part}`)].join("\n\n");
}

/** The lines after the first, without what indents the last. */
function outdented(code: string): string {
  const [, indent = ""] = /\n( *)[^\n]*$/.exec(code) ?? [];
  return code.replaceAll(`\n${indent}`, "\n");
}

const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\``;
