import { plainText } from "./plain-text.ts";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENETUNREACH: "not reachable from here",
  EHOSTUNREACH: "not reachable from here",
  EADDRNOTAVAIL: "not reachable from here",
};

/** Why a connection failed, for a person. */
export function connectionReason({ code, message }: NodeJS.ErrnoException): string {
  const text = code ?? message;
  return plainText(reasons[text] ?? text);
}
