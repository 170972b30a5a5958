import { ApiError, ServerUnreachable } from "@certmill/api/edge";
import { TokenUnreadable } from "./token-file-client.ts";

/** Why a call failed, and how soon the server wants to be asked again. */
export interface ServerTrouble {
  /** `access`: the token is missing or refused; `call`: the server said no; `away`: it said nothing. */
  readonly kind: "access" | "call" | "away";
  /** A sentence. */
  readonly reason: string;
  /** The server's own code; null when it did not answer. */
  readonly code: string | null;
  /** Milliseconds; 0 when the server did not say. */
  readonly retryAfter: number;
}

/** Null: the error is our own bug, and to be thrown on. */
export function serverTrouble(error: unknown): ServerTrouble | null {
  if (error instanceof TokenUnreadable) {
    return { kind: "access", reason: error.message, code: null, retryAfter: 0 };
  }
  if (error instanceof ServerUnreachable) {
    return { kind: "away", reason: error.message, code: null, retryAfter: 0 };
  }
  if (!(error instanceof ApiError)) return null;
  const refused = error.status === 401 || error.status === 403;
  return {
    kind: refused ? "access" : "call",
    reason:
      refused && error.code !== "join-token-rejected" ? `${error.message} ${accessRemedy}` : error.message,
    code: error.code,
    retryAfter: (error.retryAfter ?? 0) * 1_000,
  };
}

const accessRemedy =
  "A token file is read again at each try: write one of `certmill token create --scope edge` into it. An edge that has joined joins again once .state/identity.json is removed, with a new join token.";
