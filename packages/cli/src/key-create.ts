import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { badInput } from "./command-error.ts";
import { withExamples } from "./examples.ts";
import { codeOf, fileFault } from "./file-fault.ts";
import { makeKeyLine } from "./processes.ts";
import { print, printJson } from "./terminal/print.ts";
import { writeWhole } from "./write-whole.ts";

interface KeyCreateOptions {
  readonly json?: boolean;
}

export function registerKeyCreate(key: Command): void {
  const command = key
    .command("create")
    .description(
      "add a new key-encryption key to a key file, before the others; they are kept, as they still open",
    )
    .argument("<file>", "the key file; it is made, with mode 0600, where it is missing")
    .option("--json", "print JSON")
    .action(createKey);
  withExamples(command, "certmill key create /etc/certmill/keys").addHelpText(
    "after",
    "\nThen give the file to every server process, restart them, and re-wrap what is\nstored with: certmill key rotate",
  );
}

async function createKey(file: string, { json }: KeyCreateOptions): Promise<void> {
  const others = await readKeyFile(file);
  const line = await makeKeyLine(new Date());
  try {
    await writeWhole(file, `${line}${others}`, 0o600);
  } catch (error) {
    throw fileFault(`The key file ${file}`, "written", error);
  }
  const [id = ""] = line.split(" ");
  if (json === true) return printJson({ id, file });
  await print(
    `Key ${id} is the first in ${file} now. Keep a copy of the file: without it every stored secret is lost.`,
  );
}

/** @returns "" where there is none yet. @throws {CommandError} when it is some other file. */
async function readKeyFile(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw fileFault(`The key file ${file}`, "read", error);
  }
  const stray = text
    .split("\n")
    .findIndex((line) => !/^\s*(?:#.*|[\w.-]+\s+[A-Za-z0-9+/]{43}=\s*(?:#.*)?)?$/.test(line));
  if (stray === -1) return text;
  throw badInput(
    `${file} is no key file: its line ${stray + 1} is not "<id> <32 bytes in base64>". It was left as it is.`,
  );
}
