import { mkdtempDisposable } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RuntimeSocket } from "./runtime-socket.ts";

const never = new AbortController().signal;

async function serving<T>(answer: (socket: Socket) => void, task: (path: string) => Promise<T>): Promise<T> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-socket-"));
  const path = join(directory.path, "admin.sock");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket.on("error", () => undefined));
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  try {
    return await task(path);
  } finally {
    for (const socket of open) socket.destroy();
    server.close();
  }
}

const ask = (path: string, signal = never, mostAnswer = 100) =>
  new RuntimeSocket(path, 2_000).ask({ message: "show info\n", signal, mostAnswer });

test("an answer comes in pieces and ends with the connection", async () => {
  const answer = (socket: Socket) => socket.write("one\n", () => socket.end("two\n\n"));
  expect(await serving(answer, (path) => ask(path))).toEqual({ kind: "answered", text: "one\ntwo\n\n" });
});

test("an answer to the first of two lines counts, though HAProxy ended the connection on the second", async () => {
  // What is closed with something unread on it is reset, and a read takes 64 KiB.
  const answer = (socket: Socket) => void socket.pause().write("one\n\n", () => socket.destroy());
  const message = `one\n${"two\n".repeat(25_000)}`;
  const answered = await serving(answer, (path) =>
    new RuntimeSocket(path, 2_000).ask({ message, signal: never }),
  );
  expect(answered).toEqual({ kind: "answered", text: "one\n\n" });
});

test("a command whose rest depends on the answer is gone on with once", async () => {
  const said: string[] = [];
  const answer = (socket: Socket) => {
    socket.on("data", (piece) => said.push(piece.toString()));
    socket.once("end", () => socket.end("three\n"));
    socket.write("one\n", () => setImmediate(() => socket.write("two\n")));
  };
  const heard: string[] = [];
  const goOn = (text: string) => {
    heard.push(text);
    return text.endsWith("two\n") ? "the rest\n" : null;
  };
  const answered = await serving(answer, (path) =>
    new RuntimeSocket(path, 2_000).ask({ message: "show info\n", goOn, signal: never }),
  );
  expect(answered).toEqual({ kind: "answered", text: "one\ntwo\nthree\n" });
  expect(heard.at(-1)).toBe("one\ntwo\n");
  expect(said).toEqual(["the rest\n"]);
});

test("a connection that ends without a word is no answer", async () => {
  expect(
    await serving(
      (socket) => socket.end(),
      (path) => ask(path),
    ),
  ).toEqual({ kind: "cut" });
});

test("an answer without end is given up, and so is a socket that is silent", async () => {
  const endless = (socket: Socket) => void socket.write("x".repeat(1_000));
  expect(await serving(endless, (path) => ask(path))).toEqual({
    kind: "away",
    reason: "HAProxy's answer is over 100 bytes",
  });
  const question = { message: "show info\n", signal: never };
  expect(
    await serving(
      () => undefined,
      (path) => new RuntimeSocket(path, 50).ask(question),
    ),
  ).toEqual({
    kind: "away",
    reason: "HAProxy did not answer within 0.05 s",
  });
});

test("a stop does not wait for an answer", async () => {
  const stopped = { kind: "away", reason: "the agent was stopped meanwhile" };
  const stop = new AbortController();
  expect(
    await serving(
      () => stop.abort(),
      (path) => ask(path, stop.signal),
    ),
  ).toEqual(stopped);
  expect(await ask("/nowhere", stop.signal)).toEqual(stopped);
});

test("no socket is said in words that help", async () => {
  expect(await ask("/nowhere/admin.sock")).toEqual({
    kind: "away",
    reason: expect.stringMatching(
      /^\/nowhere\/admin\.sock: there is no such socket; HAProxy does not run, or/,
    ),
  });
});
