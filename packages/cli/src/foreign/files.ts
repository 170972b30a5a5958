/** Files of another program. They are small and regular, or they are not what they should be. */

import { constants } from "node:fs";
import { lstat, open, readdir, realpath } from "node:fs/promises";
import { Unusable } from "@certmill/stores";
import { codeOf } from "../file-fault.ts";

/** No certificate, key or setting comes near it. In bytes. */
const largest = 1_048_576;

/** The content of a regular file; links are followed. @throws Unusable */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    // Without O_NONBLOCK a pipe that nobody writes to would be waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const { size, isFile } = await file.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    if (!isFile) throw new Unusable(path, "not-a-file", "It is not a regular file.");
    if (size > largest)
      throw new Unusable(path, "too-large", `It has ${size} bytes, more than any certificate or key.`);
    return await file.readFile();
  } catch (error) {
    throw error instanceof Unusable ? error : unreadable(path, error);
  }
}

/** @throws Unusable */
const readText = async (path: string): Promise<string> => Buffer.from(await readBytes(path)).toString("utf8");

/** null: there is no such file. @throws Unusable */
export async function readTextIfThere(path: string): Promise<string | null> {
  try {
    return await readText(path);
  } catch (error) {
    if (error instanceof Unusable && error.code === "unreadable" && !(await isThere(path))) return null;
    throw error;
  }
}

/** A link that leads nowhere is there. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR",
  );
}

/** The names in a folder, in order; none where there is no such folder. @throws Unusable */
export async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return (await readdir(path)).sort();
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw unreadable(path, error);
  }
}

/** Where a path leads; itself where that cannot be told. */
export const targetOf = (path: string): Promise<string> => realpath(path).catch(() => path);

/** What the system said of a path. */
export function unreadable(path: string, error: unknown): Unusable {
  const code = codeOf(error);
  return new Unusable(
    path,
    "unreadable",
    `It cannot be read: ${reasons[code] ?? "the system refuses"} (${code}).`,
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file, or a link leads nowhere",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "you may not",
  EPERM: "you may not",
  ELOOP: "links lead in a circle",
  ENXIO: "it is not a regular file",
  EISDIR: "it is a folder",
};

/** A JSON object. @throws Unusable */
export async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  return parseJson(await readText(path), path);
}

/** @throws Unusable */
export function parseJson(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Told below, without the text: it may have a key in it.
  }
  throw new Unusable(path, "not-understood", "It is not a JSON object.");
}

/** What is under a path of properties, where that is a text; else null. */
export function textAt(value: unknown, ...path: readonly string[]): string | null {
  let at: unknown = value;
  for (const property of path) at = isRecord(at) ? at[property] : undefined;
  return typeof at === "string" && at !== "" ? at : null;
}

/** The texts of an array under a property; none where there is no such array. */
export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  let at: unknown = value;
  for (const property of path) at = isRecord(at) ? at[property] : undefined;
  return Array.isArray(at) ? at.filter((each): each is string => typeof each === "string") : [];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
