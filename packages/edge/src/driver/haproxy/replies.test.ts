/** Each text is what HAProxy 2.6.12 answered. */
import { expect, test } from "vitest";
import {
  isLocked,
  readBootId,
  readCertificate,
  readCertificates,
  readDeletion,
  readInsertion,
  readPaths,
  readPlacement,
  readStart,
  readTrial,
} from "./replies.ts";

const path = "/edge/haproxy/7.0123456789abcdef.pem";
const shown = (status: string, serial: string) =>
  `Filename: ${path}\nStatus: ${status}\nSerial: ${serial}\nnotBefore: Nov 26 22:10:37 2026 GMT\nnotAfter: Dec 26 22:10:37 2026 GMT\nSubject Alternative Name: DNS:a.example\nAlgorithm: EC256\nSHA1 FingerPrint: 63B36ABB3432BF0D9B1EA614B73264BEFDC289A4\nSubject: /CN=a.example\nIssuer: /CN=a.example\nOCSP Response Key: \n\n`;
const bare = (status: string, serial: string, file = path) =>
  shown(status, serial)
    .replace(path, file)
    .replace("\nSerial:", "\nChain Filename: /issuers/ab12.pem\nSerial:")
    .replace(
      "OCSP",
      "Chain Subject: /CN=I\nChain Issuer: /CN=J\nChain Subject: /CN=J\nChain Issuer: /CN=R\nOCSP",
    );
const absent = "Can't display the certificate: Not found or the certificate is a bundle!\n\n";
const permission = "Permission denied\n\n";
const locked = "Can't update the certificate!\nOperations on certificates are currently locked!\n\n";

test.each([
  [shown("Used", "0054D4"), { kind: "present", path, serial: "54d4", used: true, issuersFile: null }],
  [shown("Unused", "54D4"), { kind: "present", path, serial: "54d4", used: false, issuersFile: null }],
  [
    `Filename: ${path}\nStatus: Empty\nOCSP Response Key: \n\n`,
    { kind: "present", path, serial: null, used: false, issuersFile: null },
  ],
  [bare("Used", "1"), { kind: "present", path, serial: "1", used: true, issuersFile: "ab12.pem" }],
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
const created = `Transaction created for certificate ${path}!\n\n`;
const committed = `Committing ${path}....\nSuccess!\n\n`;
const noTransaction = `No ongoing transaction! !\nCan't commit ${path}!\n\n`;
const inserted = `Inserting certificate '${path}' in crt-list '/l'.\nSuccess!\n\n`;
const refusals = {
  set: `unable to load certificate from file '${path}'.\nCan't load the payload\nCan't update ${path}!\n\n`,
  key: `inconsistencies between private key and certificate loaded '${path}'.\nCan't commit ${path}!\n\n`,
  half: `The transaction must contain at least a certificate and a private key!\nCan't commit ${path}!\n\n`,
};
const wordsOf = (refusal: string) => refusal.trim().replaceAll("\n", "; ");
const others = (doing: string) =>
  `The ongoing transaction is about '/else.pem' but you are trying to ${doing} '${path}'\n`;

test.each([
  [none + there + created + committed + shown("Used", "54D4"), { kind: "used", issuersFile: null }],
  [
    none + made + created + committed + shown("Unused", "54D4"),
    { kind: "unused", issuersFile: null, rest: "" },
  ],
  [
    none + made + created + committed + shown("Unused", "54D4") + inserted,
    { kind: "unused", issuersFile: null, rest: inserted.trim() },
  ],
  // Somebody has taken it away in between, or put something else in its place.
  [none + there + created + committed + absent, { kind: "undone" }],
  [none + there + created + committed + shown("Used", "1"), { kind: "undone" }],
  [none + there + created + noTransaction + shown("Used", "54D4"), { kind: "undone" }],
  [
    `${none}${there}${created}${others("set")}Can't commit ${path}!\n\n${shown("Used", "1")}`,
    { kind: "undone" },
  ],
  [
    `${others("abort a transaction for")}\n${there}Transaction updated for certificate /else.pem!\n\n${others("set")}Can't commit ${path}!\n\n${shown("Used", "1")}`,
    { kind: "others", path: "/else.pem" },
  ],
  [
    none + made + refusals.set + noTransaction + shown("Used", "1"),
    { kind: "refused", words: wordsOf(refusals.set) },
  ],
  [
    none + made + created + refusals.key + shown("Used", "1"),
    { kind: "refused", words: wordsOf(refusals.key) },
  ],
  [
    none + made + created + refusals.half + shown("Used", "1"),
    { kind: "refused", words: wordsOf(refusals.half) },
  ],
  [permission.repeat(5), { kind: "refused", words: "Permission denied" }],
  [
    `${none}${made}${created}Committing /else.pem\nSuccess!\n\n${shown("Used", "54D4")}`,
    { kind: "refused", words: "Committing /else.pem; Success!" },
  ],
])("abort, new, set, commit and show ssl cert PATH: %j", (text, expected) => {
  expect(readPlacement(text, path, "54d4")).toEqual(expected);
});

test("where HAProxy has found the issuers of a certificate that it was given without them", () => {
  const before = none + made + created;
  const found = { file: "ab12.pem", certificates: 2 };
  expect(readTrial(before + bare("Unused", "54D4", `*${path}`), path, "54d4")).toEqual(found);
  expect(readTrial(bare("Unused", "54D4", `*${path}`) + absent, path, "54d4")).toEqual(found);
  const nowhere = before + shown("Unused", "54D4").replace(path, `*${path}`);
  expect(readTrial(nowhere, path, "54d4")).toEqual({ file: null, certificates: 0 });
  // Another program's transaction, or none.
  expect(readTrial(before + bare("Unused", "1", `*${path}`), path, "54d4")).toBeNull();
  expect(readTrial(before + bare("Used", "54D4"), path, "54d4")).toBeNull();
  expect(readTrial(before + absent, path, "54d4")).toBeNull();
  expect(readTrial(before, path, "54d4")).toBeNull();
  const placed = none + there + created + committed + bare("Used", "54D4");
  expect(readPlacement(placed, path, "54d4")).toEqual({ kind: "used", issuersFile: "ab12.pem" });
});

test("as long as something is missing, nothing is said", () => {
  const whole = none + made + created + committed + shown("Unused", "54D4");
  for (let end = 0; end < whole.length; end += 1) {
    expect(readPlacement(whole.slice(0, end), path, "54d4")).toEqual({ kind: "unread" });
  }
});

test.each([
  [inserted, { kind: "done" }],
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

test("the boot id and the start of show info", () => {
  const text =
    "Name: HAProxy\nVersion: 2.6.12\nPid: 30753\nUptime_sec: 1\nStart_time_sec: 1795731037\nTainted: 0\n\n";
  expect(readBootId(text)).toBe("30753-1795731037");
  expect(readStart(text)).toBe(1_795_731_037_000);
  expect(readBootId("Pid: 30753\n\n")).toBe("30753-unknown");
  expect(readStart("Pid: 30753\n\n")).toBeNull();
  expect(readBootId(permission)).toBeNull();
});

test("a lock is told from a refusal", () => {
  expect(isLocked(locked)).toBe(true);
  expect(isLocked(permission)).toBe(false);
});
