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
  issuersFile: null,
};
const opened = `No ongoing transaction!\n\nNew empty certificate store '${path}'!\n\nTransaction created for certificate ${path}!\n\n`;
const committed = `Committing ${path}\nSuccess!\n\nFilename: ${path}\nStatus: Unused\nSerial: 54D4\nOCSP Response Key: \n\n`;
const inserted = `Inserting certificate '${path}' in crt-list '/l'.\nSuccess!\n\n`;
const opening = `abort ssl cert ${path};new ssl cert ${path};set ssl cert ${path} <<\nPEM\n\n`;
const closing = `commit ssl cert ${path};show ssl cert ${path}\n`;
const adding = "add ssl crt-list /l <<\n";
const line = `${path} a.example\n\n`;

/** A HAProxy that answers so to one connection after the other, and what it is asked. */
async function askingRuntime(answers: readonly string[]) {
  const directory = await mkdtempDisposable(join(tmpdir(), "certmill-runtime-"));
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
  const close = async () => {
    server.close();
    await directory.remove();
  };
  return { runtime, heard, [Symbol.asyncDispose]: close };
}

test.each([
  [
    "before the second line",
    [opened, committed, inserted],
    [opening + closing + adding, closing, adding + line],
  ],
  ["before the third", [opened + committed, inserted], [opening + closing + adding, adding + line]],
])("what HAProxy had not read when it ended the connection %s is asked again", async (_, answers, asked) => {
  await using haproxy = await askingRuntime(answers);
  expect(await haproxy.runtime.place(placement, never)).toEqual({ kind: "done" });
  expect(haproxy.heard).toEqual(asked);
});

test.each([
  ["Unused", "a name is not led to it"],
  ["Used", "it is told"],
])("a certificate that has lost its issuers between the look and the commit (%s): %s", async (status) => {
  await using haproxy = await askingRuntime([opened + committed.replace("Unused", status)]);
  const bare = { ...placement, issuersFile: "ab12.pem" };
  expect(await haproxy.runtime.place(bare, never)).toEqual({ kind: "without-issuers" });
  expect(haproxy.heard).toEqual([opening + closing + adding]);
});

test("a trial that HAProxy has read the first line of only is shown by the next connection", async () => {
  const shown = `Filename: *${path}\nStatus: Unused\nChain Filename: /i/ab12.pem\nSerial: 54D4\nChain Subject: /CN=I\n\n`;
  await using haproxy = await askingRuntime([opened, shown]);
  const looking = `show ssl cert *${path};abort ssl cert ${path};del ssl cert ${path}\n`;
  expect(await haproxy.runtime.tryBare(placement, never)).toEqual({ file: "ab12.pem", certificates: 1 });
  expect(haproxy.heard).toEqual([opening + looking, looking]);
});
