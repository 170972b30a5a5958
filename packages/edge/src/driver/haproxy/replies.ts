/**
 * What HAProxy 2.6 says on its runtime socket, in words that the driver decides by. There are no codes in it: the
 * sentences are those of HAProxy's ssl_ckch.c and ssl_crtlist.c. Whatever is not known here is a refusal with
 * HAProxy's own words.
 */
import { basename } from "node:path";
import { plainSerial } from "../../proof/handshake.ts";

/** Of any command about certificates: another one is at work, and it is to be asked again. */
export const isLocked = (text: string): boolean =>
  /Operations on certificates are currently locked!/.test(text);

export type ShownCertificate =
  | { readonly kind: "absent" }
  | {
      readonly kind: "present";
      readonly path: string;
      /** Lower-case hex without leading zeros; null: an entry that was made and not filled. */
      readonly serial: string | null;
      /** Whether a crt-list or a bind line refers to it. */
      readonly used: boolean;
      /** The name of the file that HAProxy has found its issuers in (`issuers-chain-path`); null: in none, or it was given them. */
      readonly issuersFile: string | null;
    }
  | { readonly kind: "unclear"; readonly words: string };

/** The answer to `show ssl cert PATH`. */
export function readCertificate(text: string): ShownCertificate {
  if (/^Can't display the certificate: Not found/m.test(text)) return { kind: "absent" };
  const path = /^Filename: (.+)$/m.exec(text)?.[1];
  const status = /^Status: (\w+)/m.exec(text)?.[1];
  if (path === undefined || status === undefined) return { kind: "unclear", words: wordsOf(text) };
  const serial = /^Serial: ([0-9A-Fa-f]+)$/m.exec(text)?.[1];
  const issuersFile = /^Chain Filename: (.+)$/m.exec(text)?.[1];
  return {
    kind: "present",
    path,
    serial: serial === undefined ? null : plainSerial(serial),
    used: status === "Used",
    issuersFile: issuersFile === undefined ? null : basename(issuersFile),
  };
}

/** The answers to several of `show ssl cert PATH` in one line. */
export const readCertificates = (text: string): readonly ShownCertificate[] =>
  parts(text).map(readCertificate);

export type PlacementAnswer =
  /** Not all of it is answered yet, or HAProxy has ended the connection before it read the rest. */
  | { readonly kind: "unread" }
  | { readonly kind: "refused"; readonly words: string }
  /** HAProxy has one transaction for all paths; the certificate went into one that somebody had open for this path. */
  | { readonly kind: "others"; readonly path: string }
  /** Somebody came in between: what was read back is not what was given. */
  | { readonly kind: "undone" }
  /** The path has the certificate, which is served. */
  | { readonly kind: "used"; readonly issuersFile: string | null }
  /** The path has the certificate, and no name leads to it. `rest`: what was answered after all that. */
  | { readonly kind: "unused"; readonly issuersFile: string | null; readonly rest: string };

/**
 * The answer to `abort ssl cert PATH;new ssl cert PATH;set ssl cert PATH`, to `commit ssl cert PATH;show ssl cert PATH`
 * and to what was said then.
 *
 * @param serial the certificate's, in lower-case hex without leading zeros.
 */
export function readPlacement(text: string, path: string, serial: string): PlacementAnswer {
  if (!text.endsWith("\n\n")) return { kind: "unread" };
  const [, , set, committed, shown, ...rest] = parts(text);
  if (set === undefined || committed === undefined || shown === undefined) return { kind: "unread" };
  const opened = /^Transaction (?:created|updated) for certificate (.+)!$/m.exec(set)?.[1];
  if (opened === undefined) return { kind: "refused", words: wordsOf(set) };
  if (opened !== path) return { kind: "others", path: opened };
  if (!(committed.startsWith(`Committing ${path}`) && /^Success!/m.test(committed))) {
    const isOthers = /^(No ongoing transaction!|The ongoing transaction is about)/m.test(committed);
    return isOthers ? { kind: "undone" } : { kind: "refused", words: wordsOf(committed) };
  }
  const certificate = readCertificate(shown);
  const isOurs = certificate.kind === "present" && certificate.path === path && certificate.serial === serial;
  if (!isOurs) return { kind: "undone" };
  const { used, issuersFile } = certificate;
  return used ? { kind: "used", issuersFile } : { kind: "unused", issuersFile, rest: rest.join("\n\n") };
}

/** What HAProxy would serve after a certificate. */
export interface FoundIssuers {
  /** Its name; null: nothing. */
  readonly file: string | null;
  readonly certificates: number;
}

/**
 * The answer to `show ssl cert *PATH`, alone or among others: what the open transaction would serve for a certificate
 * that was given without issuers. Null: it has another certificate, or there is none.
 *
 * @param serial the certificate's, in lower-case hex without leading zeros.
 */
export function readTrial(text: string, path: string, serial: string): FoundIssuers | null {
  const shown = parts(text).find((part) => part.startsWith(`Filename: *${path}\n`));
  const certificate = shown === undefined ? null : readCertificate(shown);
  if (shown === undefined || certificate?.kind !== "present" || certificate.serial !== serial) return null;
  return { file: certificate.issuersFile, certificates: shown.match(/^Chain Subject: /gm)?.length ?? 0 };
}

export type Insertion =
  | { readonly kind: "done" }
  /** The configuration names no such crt-list. */
  | { readonly kind: "no-such-list" }
  | { readonly kind: "refused"; readonly words: string };

/** The answer to `add ssl crt-list LIST`. */
export function readInsertion(text: string, path: string): Insertion {
  if (text.startsWith(`Inserting certificate '${path}' in crt-list`) && /^Success!/m.test(text)) {
    return { kind: "done" };
  }
  if (/crt-list '.+' does not exist!/.test(text)) return { kind: "no-such-list" };
  return { kind: "refused", words: wordsOf(text) };
}

export type Deletion =
  | { readonly kind: "done" }
  /** The list has it several times, at these lines. */
  | { readonly kind: "several"; readonly lines: readonly number[] }
  | { readonly kind: "in-transaction" }
  | { readonly kind: "refused"; readonly words: string };

/** The answer to `del ssl crt-list LIST PATH;del ssl cert PATH;show ssl cert PATH`. */
export function readDeletion(text: string): Deletion {
  if (/^Can't display the certificate: Not found/m.test(text)) return { kind: "done" };
  const lines = /in several entries, .*\(([\d, ]+)\)/.exec(text)?.[1];
  if (lines !== undefined) return { kind: "several", lines: lines.split(",").map(Number) };
  if (/ongoing transaction for the certificate/.test(text)) return { kind: "in-transaction" };
  return { kind: "refused", words: wordsOf(text.replace(/^Filename: [^]*/m, "")) };
}

/** The answer to `show ssl cert`: all paths. Null: it is another answer, or one that was cut short. */
export function readPaths(text: string): readonly string[] | null {
  if (text === "\n") return [];
  const listed = /^# filename$([^]*?)\n\n/m.exec(text)?.[1];
  return listed?.split("\n").filter((line) => line !== "") ?? null;
}

/**
 * Of the answer to `show info`: differs for each process, a reload's new worker included, also where process
 * ids begin anew with each start of a container. Null: it is another answer.
 */
export function readBootId(text: string): string | null {
  const pid = /^Pid: (\d+)$/m.exec(text)?.[1];
  const start = /^Start_time_sec: (\d+)$/m.exec(text)?.[1];
  return pid === undefined ? null : `${pid}-${start ?? "unknown"}`;
}

/** Of the same answer: when the process began, in milliseconds since 1970 and whole seconds; null: it does not tell. */
export function readStart(text: string): number | null {
  const seconds = /^Start_time_sec: (\d+)$/m.exec(text)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/** An empty line ends each command's answer; some end with more of them. */
const parts = (text: string): readonly string[] =>
  text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== "");

const mostWords = 300;

/** As a clause. */
function wordsOf(text: string): string {
  const words = text.trim().replaceAll(/\s*\n\s*/g, "; ");
  return words.length > mostWords ? `${words.slice(0, mostWords)}…` : words;
}
