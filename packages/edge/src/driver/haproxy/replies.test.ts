/** Each text is what HAProxy 2.6.12 answered. */
import { expect, test } from "vitest";
import {
  isLocked,
  readBootId,
  readCertificate,
  readCertificates,
  readCommit,
  readDeletion,
  readInsertion,
  readOpening,
  readPaths,
} from "./replies.ts";

const path = "/edge/haproxy/7.0123456789abcdef.pem";
const shown = (status: string, serial: string) =>
  `Filename: ${path}\nStatus: ${status}\nSerial: ${serial}\nnotBefore: Nov 26 22:10:37 2026 GMT\nnotAfter: Dec 26 22:10:37 2026 GMT\nSubject Alternative Name: DNS:a.example\nAlgorithm: EC256\nSHA1 FingerPrint: 63B36ABB3432BF0D9B1EA614B73264BEFDC289A4\nSubject: /CN=a.example\nIssuer: /CN=a.example\nOCSP Response Key: \n\n`;
const absent = "Can't display the certificate: Not found or the certificate is a bundle!\n\n";
const permission = "Permission denied\n\n";
const locked = "Can't update the certificate!\nOperations on certificates are currently locked!\n\n";

test.each([
  [shown("Used", "0054D4"), { kind: "present", path, serial: "54d4", used: true }],
  [shown("Unused", "54D4"), { kind: "present", path, serial: "54d4", used: false }],
  [
    `Filename: ${path}\nStatus: Empty\nOCSP Response Key: \n\n`,
    { kind: "present", path, serial: null, used: false },
  ],
  [absent, { kind: "absent" }],
  // What a socket of a lower level answers.
  ["Can't allocate memory!\n\n", { kind: "unclear", words: "Can't allocate memory!" }],
  [permission, { kind: "unclear", words: "Permission denied" }],
])("show ssl cert PATH: %j", (text, expected) => {
  expect(readCertificate(text)).toEqual(expected);
});

test("several certificates shown by one line", () => {
  const kinds = readCertificates(shown("Used", "1") + absent + shown("Unused", "2")).map(({ kind }) => kind);
  expect(kinds).toEqual(["present", "absent", "present"]);
});

const made = `New empty certificate store '${path}'!\n\n`;
const there = `Certificate '${path}' already exists!\n\n`;
const none = "No ongoing transaction!\n\n";
const others = `The ongoing transaction is about '/else.pem' but you are trying to abort a transaction for '${path}'\n\n`;
const committed = `Committing ${path}.\nSuccess!\n\n${shown("Used", "54D4")}`;

test.each([
  [
    `${none}${made}Transaction created for certificate ${path}!\n\n${committed}`,
    { kind: "open", path, rest: committed.trim() },
  ],
  // HAProxy had read no further, and ended the connection.
  [`${none}${made}Transaction created for certificate ${path}!\n\n`, { kind: "open", path, rest: "" }],
  [
    `${others}${there}Transaction updated for certificate /else.pem!\n\nThe ongoing transaction is about …\n\n`,
    { kind: "open", path: "/else.pem", rest: "The ongoing transaction is about …" },
  ],
  [
    `${none}${made}unable to load certificate from file '${path}'.\nCan't load the payload\nCan't update ${path}!\n\nNo ongoing transaction! !\nCan't commit ${path}!\n\n${shown("Used", "1")}`,
    {
      kind: "refused",
      words: `unable to load certificate from file '${path}'.; Can't load the payload; Can't update ${path}!`,
    },
  ],
  [`${permission}${permission}${permission}`, { kind: "refused", words: "Permission denied" }],
])("abort, new and set ssl cert PATH: %j", (text, expected) => {
  expect(readOpening(text)).toEqual(expected);
});

test.each([
  [
    `Committing ${path}\nSuccess!\n\n${shown("Unused", "54D4")}`,
    { kind: "done", serial: "54d4", used: false },
  ],
  [
    `Committing ${path}....\nSuccess!\n\n${shown("Used", "54D4")}`,
    { kind: "done", serial: "54d4", used: true },
  ],
  // Somebody has taken it away in between: nothing was read back.
  [`Committing ${path}\nSuccess!\n\n${absent}`, { kind: "done", serial: null, used: false }],
  [`No ongoing transaction! !\nCan't commit ${path}!\n\n${shown("Used", "1")}`, { kind: "not-ours" }],
  [
    `The ongoing transaction is about '/else.pem' but you are trying to set '${path}'\nCan't commit ${path}!\n\n${shown("Used", "1")}`,
    { kind: "not-ours" },
  ],
  [
    `inconsistencies between private key and certificate loaded '${path}'.\nCan't commit ${path}!\n\n${shown("Used", "1")}`,
    {
      kind: "refused",
      words: `inconsistencies between private key and certificate loaded '${path}'.; Can't commit ${path}!`,
    },
  ],
  [
    `The transaction must contain at least a certificate and a private key!\nCan't commit ${path}!\n\n`,
    {
      kind: "refused",
      words: `The transaction must contain at least a certificate and a private key!; Can't commit ${path}!`,
    },
  ],
])("commit ssl cert PATH: %j", (text, expected) => {
  expect(readCommit(text, path)).toEqual(expected);
});

test("a commit of another path is no success", () => {
  expect(readCommit("Committing /else.pem\nSuccess!\n\n", path)).toMatchObject({ kind: "refused" });
});

test.each([
  [`Inserting certificate '${path}' in crt-list '/l'.\nSuccess!\n\n`, { kind: "done" }],
  ["Can't edit the crt-list: crt-list '/l' does not exist!\n\n", { kind: "no-such-list" }],
  [
    `Can't edit the crt-list: certificate '${path}' is empty!\n\n`,
    { kind: "refused", words: `Can't edit the crt-list: certificate '${path}' is empty!` },
  ],
])("add ssl crt-list LIST: %j", (text, expected) => {
  expect(readInsertion(text, path)).toEqual(expected);
});

test.each([
  [
    `Entry '${path}' deleted in crtlist '/l'!\n\nCertificate '${path}' deleted!\n\n${absent}`,
    { kind: "done" },
  ],
  [
    `Can't delete the entry: certificate '${path}' does not exist!\n\nCan't remove the certificate: certificate '${path}' doesn't exist!\n\n\n${absent}`,
    { kind: "done" },
  ],
  [
    `Can't delete the entry: found the certificate '${path}' in several entries, please specify a line number preceded by colons (4, 5)!\n\nCan't remove the certificate: certificate '${path}' in use, can't be deleted!\n\n\n${shown("Used", "1")}`,
    { kind: "several", lines: [4, 5] },
  ],
  [
    `Entry '${path}' deleted in crtlist '/l'!\n\nCan't remove the certificate: ongoing transaction for the certificate '${path}'\n\n${shown("Unused", "1")}`,
    { kind: "in-transaction" },
  ],
  [
    `Can't delete the entry: certificate '${path}' does not exist!\n\nCan't remove the certificate: certificate '${path}' in use, can't be deleted!\n\n\n${shown("Used", "1")}`,
    {
      kind: "refused",
      words: `Can't delete the entry: certificate '${path}' does not exist!; Can't remove the certificate: certificate '${path}' in use, can't be deleted!`,
    },
  ],
])("del ssl crt-list and del ssl cert: %j", (text, expected) => {
  expect(readDeletion(text)).toEqual(expected);
});

test.each([
  ["# filename\n/a.pem\n/b.pem\n\n", ["/a.pem", "/b.pem"]],
  ["# transaction\n*/b.pem\n# filename\n/a.pem\n/b.pem\n\n", ["/a.pem", "/b.pem"]],
  ["\n", []],
  // Cut short in the middle: it is not known what is missing.
  ["# filename\n/a.pem\n/b.", null],
  [permission, null],
])("show ssl cert: %j", (text, expected) => {
  expect(readPaths(text)).toEqual(expected);
});

test("the boot id of show info", () => {
  const text =
    "Name: HAProxy\nVersion: 2.6.12\nPid: 30753\nUptime_sec: 1\nStart_time_sec: 1795731037\nTainted: 0\n\n";
  expect(readBootId(text)).toBe("30753-1795731037");
  expect(readBootId("Pid: 30753\n\n")).toBe("30753-unknown");
  expect(readBootId(permission)).toBeNull();
});

test("a lock is told from a refusal", () => {
  expect(isLocked(locked)).toBe(true);
  expect(isLocked(permission)).toBe(false);
});
