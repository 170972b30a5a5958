import { expect, test } from "vitest";
import { readDeclarations } from "./read-declarations.ts";
import { undocumented } from "./undocumented.ts";

const declarations = `
import { KeyObject } from 'node:crypto';

declare const KINDS: readonly ["a", "b"];

/** A thing (RFC 8555 section 7.1). */
export declare interface Thing extends Other<string> {
    /**
     * Where it is.
     *
     * @throws TypeError
     *   when it is nowhere.
     */
    readonly url: string;
    readonly kind: "thing";
    find(name: string): Thing | null;
}

export declare class Failure extends Error {
    #private;
    readonly name = "Failure";
    /** From a code. */
    constructor(code: string);
    /** From a key. */
    constructor(key: KeyObject);
    private secret;
    get code(): string;
}

/** What to write. */
export declare const writer: {
    readonly type: "writer";
    /** Without a line end. */
    readonly body: (token: string) => string;
    readonly path: (token: string) => string;
};

/** A limit. */
export declare const limit = 7;

/** One of two. */
export declare type Either = {
    /** On the left. */
    left: string;
} | (typeof KINDS)[number];

/** Twice. */
export declare function twice(value: string): string;
export declare function twice(value: number): number;

export { }
`;

const items = readDeclarations(declarations);
const named = (name: string) => items.filter((item) => item.name === name);

test("every declaration is read, whether it can be imported, and its overloads", () => {
  expect(items.map(({ name, kind, exported }) => `${exported ? "export " : ""}${kind} ${name}`)).toEqual([
    "const KINDS",
    "export interface Thing",
    "export class Failure",
    "export const writer",
    "export const limit",
    "export type Either",
    "export function twice",
    "export function twice",
  ]);
});

test("the members of interfaces, classes and constant objects are listed, and no private one", () => {
  const codesOf = (name: string) => named(name).flatMap(({ members }) => members.map(({ code }) => code));
  expect(codesOf("Thing")).toEqual([
    "readonly url: string",
    'readonly kind: "thing"',
    "find(name: string): Thing | null",
  ]);
  expect(codesOf("Failure")).toEqual([
    'readonly name = "Failure"',
    "constructor(code: string)",
    "constructor(key: KeyObject)",
    "get code(): string",
  ]);
  expect(codesOf("writer")).toHaveLength(3);
});

test("what is not listed stays in the code, with its docstrings", () => {
  const codesOf = (name: string) => named(name).map(({ code }) => code);
  expect(codesOf("Thing")).toEqual(["interface Thing extends Other<string>"]);
  expect(codesOf("writer")).toEqual(["const writer"]);
  expect(codesOf("limit")).toEqual(["const limit = 7"]);
  expect(codesOf("Either")[0]).toContain("/** On the left. */");
  expect(codesOf("twice")).toEqual([
    "function twice(value: string): string",
    "function twice(value: number): number",
  ]);
});

test("docstrings come with their tags", () => {
  expect(named("Thing")[0]?.members[0]?.doc).toEqual({
    text: "Where it is.",
    tags: [{ name: "throws", text: "TypeError\nwhen it is nowhere." }],
  });
});

test("a public name or member without a docstring is told, unless its code says all", () => {
  expect(undocumented(items)).toEqual(["Thing.find", "Failure", "Failure.code", "writer.path", "twice"]);
});

test("a text that does not parse, or a statement that is unknown, is an error", () => {
  expect(() => readDeclarations("export declare function {")).toThrow(/do not parse/);
  expect(() => readDeclarations("export declare enum Kind { a }")).toThrow(/knows no TSEnumDeclaration/);
});
