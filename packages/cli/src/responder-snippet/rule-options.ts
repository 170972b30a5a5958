/** What the command line says of the rule. Nothing else gets into a proxy's configuration than what is allowed here. */
import { InvalidArgumentError } from "commander";
import type { Exception, HostAccount } from "./rule.ts";

/** @returns `host:port`. @throws {InvalidArgumentError} */
function parseResponder(text: string): string {
  const address = text.replace(/^http:\/\//, "").replace(/\/$/, "");
  const [, port = "0"] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(address) ?? [];
  if (Number(port) < 1 || Number(port) > 65_535)
    throw new InvalidArgumentError("It must be HOST:PORT or http://HOST:PORT.");
  return address;
}

export const responders = (text: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  parseResponder(text),
];

/** `shop.example.com=http://10.0.9.1:80`. A name has one place only. */
export function exceptions(text: string, before: readonly Exception[] | undefined): readonly Exception[] {
  const [name, target] = splitOnce(text);
  const exception = { host: hostOf(name), target: parseResponder(target) };
  return [...demandNew(exception.host, before ?? []), exception];
}

export interface Thumbprints {
  readonly usual: string | null;
  readonly byHost: readonly HostAccount[];
}

/** A thumbprint by itself, or `shop.example.com=THUMBPRINT`. */
export function thumbprints(text: string, before: Thumbprints | undefined): Thumbprints {
  const { usual, byHost } = before ?? { usual: null, byHost: [] };
  const [name, given] = text.includes("=") ? splitOnce(text) : [null, text];
  if (!/^[A-Za-z0-9_-]{43}$/.test(given))
    throw new InvalidArgumentError("A thumbprint has 43 letters, digits, hyphens and underscores.");
  if (name === null) {
    if (usual !== null) throw new InvalidArgumentError("One thumbprint stands without a name.");
    return { usual: given, byHost };
  }
  const host = hostOf(name);
  return { usual, byHost: [...demandNew(host, byHost), { host, thumbprint: given }] };
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be NAME=VALUE.");
  return [text.slice(0, at), text.slice(at + 1)];
}

function hostOf(text: string): string {
  const host = URL.parse(`http://${text}`)?.hostname ?? "";
  const isName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/.test(
    host,
  );
  if (!isName || !/^[^/?#@:\\]+$/.test(text)) throw new InvalidArgumentError(`"${text}" is no DNS name.`);
  return host;
}

function demandNew<T extends { readonly host: string }>(host: string, known: readonly T[]): readonly T[] {
  if (known.some((each) => each.host === host)) throw new InvalidArgumentError(`${host} is given twice.`);
  return known;
}
