import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { badInput } from "./command-error.ts";

/**
 * A password from a person, who does not see what they type, or the first line of standard input.
 *
 * @throws {CommandError} for one that is empty.
 */
export async function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY });
  try {
    for await (const line of lines) {
      if (line === "") break;
      return line;
    }
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write("\n");
  }
  throw badInput("No password was given.", "Type it, or send it as the first line of standard input.");
}
