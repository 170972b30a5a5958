/** Passwords of people: how one is kept, looked at and made. */
import { randomBytes, randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/** OWASP's parameters of 16 MiB each: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const cost = { N: 2 ** 14, r: 8, p: 5 } as const;
const hashLength = 32;

/** The form in which it is kept: `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveInTurn(password, salt, cost);
  const { N, r, p } = cost;
  return ["scrypt", N, r, p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** One that no password has: for a name that nobody has, so that it takes as long as another. */
const nobodys = `scrypt$${cost.N}$${cost.r}$${cost.p}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** @param kept null: nobody has the name; it takes as long. */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const [kind, N, r, p, salt = "", wanted = ""] = (kept ?? nobodys).split("$");
  if (kind !== "scrypt") throw new Error("A password is kept in a form that this program does not know.");
  const hash = await deriveInTurn(password, Buffer.from(salt, "base64url"), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return timingSafeEqual(hash, Buffer.from(wanted, "base64url")) && kept !== null;
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: each takes a core for a moment, and Node's few threads are there for files and names, too. */
async function deriveInTurn(
  password: string,
  salt: Uint8Array,
  terms: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const derived = last.then(() =>
    // NFKC: the same word, whatever the keyboard made of it.
    derive(password.normalize("NFKC"), salt, hashLength, { ...terms, maxmem: 256 * terms.N * terms.r }),
  );
  last = derived.catch(() => null);
  return derived;
}

/** Without those that look alike: 32 of them, 5 bits each. */
const letters = "abcdefghijkmnpqrstuvwxyz23456789";

/** A password of 100 random bits, in groups that can be typed: `k3v9p-xw2fa-…`. */
export const newPassword = (): string =>
  Array.from({ length: 4 }, () =>
    Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join(""),
  ).join("-");
