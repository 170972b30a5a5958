import { EdgeFault } from "../../edge-fault.ts";

/** @throws {EdgeFault} `usage`. */
export function readListenAddress(
  flag: string,
  text: string,
): { readonly host: string; readonly port: number } {
  const [, host, digits] = /^\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host !== undefined && port <= 65_535) return { host, port };
  const problem = `--${flag} must be an address such as 127.0.0.1:8403, not ${JSON.stringify(text)}`;
  throw new EdgeFault("usage", `${problem}. See certmill edge run --help.`);
}
