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
const opened = `No ongoing transaction!\n\nCertificate '${path}' already exists!\n\nTransaction created for certificate ${path}!\n\n`;
const committed = `Committing ${path}.\nSuccess!\n\nFilename: ${path}\nStatus: Used\nSerial: 54D4\nOCSP Response Key: \n\n`;

test("what HAProxy had not read when it ended the connection is asked again", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-runtime-"));
  const socketPath = join(directory.path, "admin.sock");
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on("data", (piece) => {
      heard.push(piece.toString());
      socket.end(heard.length === 1 ? opened : committed);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const runtime = new RuntimeCertificates({
    socket: new RuntimeSocket(socketPath, 2_000),
    listPath: "/edge/haproxy/crt-list",
    bufferSize: 16_384,
  });
  expect(await runtime.place(placement, never)).toEqual({ kind: "done" });
  const closing = `commit ssl cert ${path};show ssl cert ${path}\n`;
  expect(heard).toEqual([
    `abort ssl cert ${path};new ssl cert ${path};set ssl cert ${path} <<\nPEM\n\n${closing}`,
    closing,
  ]);
  server.close();
});
