import type { Fault } from "@certmill/domain";
import { storableText } from "../storable-text.ts";

const longestDetail = 300;
/** More than is told: what is cut must not have begun a secret that is then too short to be known as one. */
const longestRead = 2_000;

/**
 * What is told of an exception that is nobody else's doing: a stored key that does not open, a bug. The customer may read
 * it, so it is short and without what could be a secret; the log has the error whole.
 */
export const ownFault = (error: unknown): Fault => ({
  code: "internal-error",
  detail: storableText(detailOf(error)).slice(0, longestDetail).toWellFormed(),
  retryAt: null,
});

function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return "Something that is no error was thrown.";
  const { name, message } = error;
  // It quotes the text that could not be read.
  if (error instanceof SyntaxError) return name;
  const [firstLine = ""] = message.slice(0, longestRead).split("\n", 1);
  const told = withoutSecrets(firstLine);
  if (told === "") return name;
  return name === "Error" ? told : `${name}: ${told}`;
}

/** What is signed on to a URL with, the value that Node.js quotes when it is of a wrong kind, and what is long and opaque as keys and tokens are. */
const withoutSecrets = (text: string): string =>
  text
    .replaceAll(/\/\/[^/\s]*@/g, "//…@")
    .replace(/\bReceived .*/s, "Received …")
    .replaceAll(/[\w+/=-]{32,}/g, "…");
