import { createHash, randomBytes } from "node:crypto";

/** A new secret of 256 random bits. The prefix lets scanners and people recognise one that has leaked. */
export const newBearerToken = (): string => `certmill_${randomBytes(32).toString("base64url")}`;

/** What is kept of a token. It is random, so a plain hash cannot be searched backwards. */
export const hashBearerToken = (token: string): Uint8Array => createHash("sha256").update(token).digest();

/** The same for a token that a machine joins with. */
export const newJoinToken = (): string => `certmill_join_${randomBytes(32).toString("base64url")}`;
