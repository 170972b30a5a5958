import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type LiveClient } from "@certmill/api";
import { type Command, Option } from "commander";
import { badInput } from "./command-error.ts";
import { codeOf, fileFault } from "./file-fault.ts";

/** What every command that asks the server takes. */
export interface ServerOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

const defaultUrl = "http://127.0.0.1:8400";

export function withServerOptions(command: Command): Command {
  return command
    .addOption(new Option("--url <url>", "the server's address").env("CERTMILL_URL").default(defaultUrl))
    .option(
      "--token-file <file>",
      "file with the API token; else CERTMILL_TOKEN, CERTMILL_TOKEN_FILE, or for a server on this machine the admin-token file in its data directory",
    )
    .option("--json", "print JSON: one document, or for a list one a line");
}

/** A client of the server that the options name. @throws {CommandError} for a bad address or token file. */
export async function connect(
  options: ServerOptions,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<LiveClient> {
  const url = serverUrl(options.url);
  return createClient({ baseUrl: options.url, token: await findToken(url, options.tokenFile, environment) });
}

function serverUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw badInput(`"${text}" is not the address of a server.`, `Write it like ${defaultUrl}.`);
  }
  return url;
}

/** @returns null where none is to be found: the server then says that it wants one. */
async function findToken(
  url: URL,
  tokenFile: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  if (tokenFile !== undefined) return readToken(tokenFile);
  const { CERTMILL_TOKEN: token, CERTMILL_TOKEN_FILE: namedFile, CERTMILL_DATA_DIR: directory } = environment;
  if (token !== undefined && token !== "") return token.trim();
  if (namedFile !== undefined && namedFile !== "") return readToken(namedFile);
  // The admin token of this machine's server is nobody else's to see.
  if (!isLoopback(url.hostname)) return null;
  try {
    return await readToken(join(directory ?? "certmill-data", "admin-token"));
  } catch (error) {
    if (error instanceof Error && codeOf(error.cause) === "ENOENT") return null;
    throw error;
  }
}

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(?:\.\d+){3}$/.test(host);

async function readToken(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw fileFault(`The token file ${file}`, "read", error);
  }
  const token = text.trim();
  if (!/^[\x21-\x7E]+$/.test(token)) {
    throw badInput(`The token file ${file} has no token in it: one line of letters, digits and signs.`);
  }
  return token;
}
