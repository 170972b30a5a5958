/** The session's cookie: a random secret, of which the database keeps the SHA-256. */
import { createHash, randomBytes } from "node:crypto";
import { sessionCookie } from "@certmill/api";
import { parseCookie, stringifySetCookie } from "cookie";
import type { Site } from "./console-site.ts";

export const newSessionSecret = (): string => randomBytes(32).toString("base64url");

export const hashSessionSecret = (secret: string): Uint8Array => createHash("sha256").update(secret).digest();

/** A cookie's name at this site: browsers take `__Host-` over HTTPS alone, and then from no other host. */
const nameAt = (name: string, { secure }: Site): string => (secure ? name : name.replace("__Host-", ""));

/** @returns null: the request has none. */
export function readCookie(name: string, header: string | undefined, site: Site | null): string | null {
  if (header === undefined || site === null) return null;
  return parseCookie(header)[nameAt(name, site)] ?? null;
}

export const readSessionSecret = (header: string | undefined, site: Site | null): string | null =>
  readCookie(sessionCookie, header, site);

/** @param lasts seconds; 0 takes it away. */
export const setCookie = (
  site: Site,
  { name, value, lasts }: { readonly name: string; readonly value: string; readonly lasts: number },
): string =>
  stringifySetCookie({
    name: nameAt(name, site),
    value,
    path: "/",
    httpOnly: true,
    secure: site.secure,
    sameSite: "lax",
    maxAge: lasts,
  });

export const setSessionCookie = (site: Site, value: string, lasts: number): string =>
  setCookie(site, { name: sessionCookie, value, lasts });
