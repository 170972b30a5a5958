import { readFile } from "node:fs/promises";
import { type Client, createClient } from "@certmill/api/edge";

/** The token is not in its file. */
export class TokenUnreadable extends Error {
  override readonly name = "TokenUnreadable";
  readonly code = "token-unreadable";
}

export interface TokenFileClientOptions {
  readonly baseUrl: string;
  /** A file with the bearer token and nothing else. */
  readonly tokenFile: string;
}

/**
 * A client that reads its token again for each call: a token replaced in its file is used without a restart.
 * Beside what a client throws, its calls throw {@link TokenUnreadable}.
 */
export const tokenFileClient = ({ baseUrl, tokenFile }: TokenFileClientOptions): Client =>
  createClient({ baseUrl, token: () => readToken(tokenFile) });

/** @throws {TokenUnreadable} */
export async function readToken(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new TokenUnreadable(
      `The token file ${path} cannot be read (${error.code ?? error.message}). Write a token of \`certmill token create --scope edge\` into it, or of \`certmill edge join-token create\` where it is to join.`,
      { cause: error },
    );
  });
  const token = text.trim();
  if (/^[\w.~+/=-]+$/.test(token)) return token;
  throw new TokenUnreadable(
    `The token file ${path} holds no token. Write the one line that \`certmill token create --scope edge\` printed into it.`,
  );
}
