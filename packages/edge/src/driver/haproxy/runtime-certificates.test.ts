/** Where HAProxy's own behaviour cannot be brought about at will; all else is in test/system. Each answer is one of HAProxy 2.6.12. */
import { mkdtempDisposable } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RuntimeCertificates } from "./runtime-certificates.ts";
import { RuntimeSocket } from "./runtime-socket.ts";

const never = new AbortController().signal;
const path = "/edge/haproxy/7.0123456789abcdef.pem";
const placement = {
  entry: { lineageId: "7", path, names: ["a.example"] },
  payload: "PEM\n",
  serial: "54d4",
};
const opened = `No ongoing transaction!\n\nNew empty certificate store '${path}'!\n\nTransaction created for certificate ${path}!\n\n`;
const committed = `Committing ${path}\nSuccess!\n\nFilename: ${path}\nStatus: Unused\nSerial: 54D4\nOCSP Response Key: \n\n`;
const inserted = `Inserting certificate '${path}' in crt-list '/l'.\nSuccess!\n\n`;
const opening = `abort ssl cert ${path};new ssl cert ${path};set ssl cert ${path} <<\nPEM\n\n`;
const closing = `commit ssl cert ${path};show ssl cert ${path}\n`;
const adding = "add ssl crt-list /l <<\n";
const line = `${path} a.example\n\n`;

test.each([
  [
    "before the second line",
    [opened, committed, inserted],
    [opening + closing + adding, closing, adding + line],
  ],
  ["before the third", [opened + committed, inserted], [opening + closing + adding, adding + line]],
])("what HAProxy had not read when it ended the connection %s is asked again", async (_, answers, asked) => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-runtime-"));
  const socketPath = join(directory.path, "admin.sock");
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.once("data", (piece) => {
      socket.end(answers[heard.push(piece.toString()) - 1] ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const runtime = new RuntimeCertificates({
    socket: new RuntimeSocket(socketPath, 2_000),
    listPath: "/l",
    bufferSize: 16_384,
  });
  expect(await runtime.place(placement, never)).toEqual({ kind: "done" });
  expect(heard).toEqual(asked);
  server.close();
});
