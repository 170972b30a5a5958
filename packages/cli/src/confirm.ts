import { createInterface } from "node:readline/promises";
import { badInput, CommandError } from "./command-error.ts";

interface Question {
  readonly question: string;
  /** What a no means. */
  readonly otherwise: string;
}

/** Asks the person before what cannot be undone. @throws {CommandError} for a no, and where nobody can be asked. */
export async function confirm(ask: () => Promise<Question>): Promise<void> {
  if (!process.stdin.isTTY)
    throw badInput(
      "This asks before it goes on, and nobody can answer here.",
      "Add --yes to go on without asking.",
    );
  const { question, otherwise } = await ask();
  const questions = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await questions.question(`${question} [y/N] `);
    if (/^y(?:es)?$/i.test(answer.trim())) return;
  } finally {
    questions.close();
  }
  throw new CommandError("not-confirmed", otherwise, { ending: "failed" });
}
