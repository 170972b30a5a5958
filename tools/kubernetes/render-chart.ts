/**
 * Renders the templates of our chart without Helm, which Debian does not have: the few parts of Go's templates that the
 * chart keeps to, and nothing else, so that a template with more than these is an error. It is for tests only.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";

export interface Release {
  readonly Name: string;
  readonly Namespace: string;
}

/** The objects that a chart's templates make of values that are whole already. */
export function renderChart(folder: string, values: object, release: Release): readonly unknown[] {
  const templates = join(folder, "templates");
  return readdirSync(templates)
    .sort()
    .flatMap((file) => {
      const text = render(readFileSync(join(templates, file), "utf8"), { Values: values, Release: release });
      // Helm reads YAML 1.1.
      return parseAllDocuments(text, { version: "1.1" }).map((document) => {
        const [fault] = document.errors;
        if (fault !== undefined) throw new Error(`${file}: ${fault.message}`, { cause: fault });
        return document.toJS() as unknown;
      });
    })
    .filter((object) => object !== null);
}

type Data = Readonly<Record<string, unknown>>;

function render(template: string, data: Data): string {
  const parts = template.split(/\{\{(-?) (.*?) (-?)\}\}/s);
  let text = parts[0] ?? "";
  /** Whether what stands here is wanted, for each `if` around it. */
  const wanted: boolean[] = [];
  for (let at = 1; at < parts.length; at += 4) {
    const [before, action = "", after, following = ""] = parts.slice(at, at + 4);
    if (before === "-") text = text.trimEnd();
    const isWanted = wanted.every(Boolean);
    if (action === "end") wanted.pop();
    else if (action === "else") wanted.push(!(wanted.pop() ?? false));
    else if (action.startsWith("if ")) wanted.push(isWanted && isTrue(evaluate(action.slice(3), data)));
    else if (isWanted) text += String(evaluate(action, data));
    if (wanted.every(Boolean)) text += after === "-" ? following.trimStart() : following;
  }
  if (wanted.length > 0) throw new Error("an if has no end");
  return text;
}

/** As Go's templates have it: what is empty is false. */
const isTrue = (value: unknown): boolean =>
  Boolean(value) && (typeof value !== "object" || value === null || Object.keys(value).length > 0);

const functions: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  quote: (value) => JSON.stringify(String(value)),
  toYaml: (value) => stringify(value).trimEnd(),
  nindent: (spaces, text) =>
    String(text)
      .replaceAll(/^/gm, " ".repeat(Number(spaces)))
      .replace(/^/, "\n"),
  sha256sum: (text) => createHash("sha256").update(String(text)).digest("hex"),
  printf: (format, ...args) =>
    args.reduce<string>((text, arg) => text.replace("%s", String(arg)), String(format)),
  required: (message, value) => {
    if (value === undefined || value === null || value === "") throw new Error(String(message));
    return value;
  },
};

/** A pipeline: each function gets what came before it as its last argument. */
function evaluate(pipeline: string, data: Data): unknown {
  const tokens = pipeline.match(/"[^"]*"|[()|]|[^\s()|"]+/g) ?? [];
  let at = 0;
  const term = (): unknown => {
    const token = tokens[at++] ?? "";
    if (token === "(") {
      const inner = piped();
      if (tokens[at++] !== ")") throw new Error(`no ) in ${pipeline}`);
      return inner;
    }
    if (token.startsWith('"')) return JSON.parse(token) as string;
    if (/^\d+$/.test(token)) return Number(token);
    if (token.startsWith(".")) return lookUp(token, data);
    throw new Error(`the test's renderer does not know ${token} in ${pipeline}`);
  };
  const command = (last: readonly unknown[]): unknown => {
    const called = functions[tokens[at] ?? ""];
    if (called === undefined) return term();
    at += 1;
    const args: unknown[] = [];
    while (at < tokens.length && tokens[at] !== "|" && tokens[at] !== ")") args.push(term());
    return called(...args, ...last);
  };
  const piped = (): unknown => {
    let value = command([]);
    while (tokens[at] === "|") {
      at += 1;
      value = command([value]);
    }
    return value;
  };
  const value = piped();
  if (at !== tokens.length) throw new Error(`the test's renderer does not understand ${pipeline}`);
  return value;
}

function lookUp(path: string, data: Data): unknown {
  let value: unknown = data;
  for (const name of path.slice(1).split(".")) {
    if (typeof value !== "object" || value === null || !(name in value))
      throw new Error(`there is no ${path} in values.yaml`);
    value = (value as Data)[name];
  }
  return value;
}
