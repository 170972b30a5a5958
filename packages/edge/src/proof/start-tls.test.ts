import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { selfSigned } from "../set-up/self-signed.ts";
import { type Handshake, shakeHands } from "./handshake.ts";
import type { StartTls } from "./start-tls.ts";

let own: Awaited<ReturnType<typeof selfSigned>>;

beforeAll(async () => {
  own = await selfSigned();
});

const never = new AbortController().signal;
const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

/** What a server says to each line; null: TLS begins. */
interface Script {
  readonly greeting: string;
  readonly answers: Readonly<Record<string, string>>;
  /** After which line TLS begins. */
  readonly begins: string;
}

/** A server on loopback that says what it is told to. @returns its port, and what it has heard. */
async function serve(script: Script): Promise<{ readonly port: number; readonly heard: string[] }> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write(script.greeting);
    const onData = (piece: Buffer) => {
      const said = piece.toString("utf8").trim();
      heard.push(said);
      socket.write(script.answers[said] ?? "500 what?\r\n");
      if (said !== script.begins) return;
      socket.off("data", onData);
      const tls = new TLSSocket(socket, { isServer: true, cert: own.certificatePem, key: own.keyPem });
      tls.on("error", () => {});
    };
    socket.on("data", onData);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.defer(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { port: (server.address() as AddressInfo).port, heard };
}

const shake = (port: number, startTls: StartTls): Promise<Handshake> =>
  shakeHands({ host: "127.0.0.1", port, startTls }, "mail.example.com", never);

const smtp: Script = {
  greeting: "220-mail.example.com is here\r\n220 ESMTP\r\n",
  answers: {
    "EHLO [127.0.0.1]": "250-mail.example.com\r\n250-SIZE 10240000\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n",
    STARTTLS: "220 2.0.0 Ready to start TLS\r\n",
  },
  begins: "STARTTLS",
};

test.each<[StartTls, Script]>([
  ["smtp", smtp],
  ["smtp", { ...smtp, greeting: "220\r\n", answers: { ...smtp.answers, "EHLO [127.0.0.1]": "250\r\n" } }],
  [
    "imap",
    {
      greeting: "* OK [CAPABILITY IMAP4rev2 STARTTLS] Dovecot ready.\r\n",
      answers: { "c1 STARTTLS": "* NOTE c1 OK is to come\r\nc1 OK Begin TLS negotiation now.\r\n" },
      begins: "c1 STARTTLS",
    },
  ],
  ["pop3", { greeting: "+OK ready\r\n", answers: { STLS: "+OK begin\r\n" }, begins: "STLS" }],
])("a certificate is seen where TLS begins in the words of %s", async (protocol, script) => {
  const { port, heard } = await serve(script);
  expect(await shake(port, protocol)).toMatchObject({ kind: "served" });
  expect(heard).toEqual(Object.keys(script.answers));
});

test.each<[string, StartTls, Script, string]>([
  [
    "without TLS",
    "smtp",
    { ...smtp, begins: "", answers: { ...smtp.answers, STARTTLS: "454 4.7.0 TLS not available\r\n" } },
    'its answer to STARTTLS is "454 4.7.0 TLS not available"',
  ],
  [
    "that is closed",
    "smtp",
    { ...smtp, greeting: "554 5.3.2 not now\r\n" },
    'its greeting is "554 5.3.2 not now"',
  ],
  ["of another protocol", "imap", { ...smtp, greeting: "220 smtp\r\n" }, 'its greeting is "220 smtp"'],
  [
    "that refuses",
    "imap",
    { greeting: "* OK hello\r\n", answers: { "c1 STARTTLS": "c1 BAD unknown\r\n" }, begins: "" },
    'its answer to c1 STARTTLS is "c1 BAD unknown"',
  ],
  [
    "that says what a terminal would obey",
    "pop3",
    { ...smtp, greeting: "-ERR \u001b[2J\r\n" },
    'its greeting is "-ERR \\u001b[2J"',
  ],
  [
    "without an end",
    "smtp",
    { ...smtp, greeting: `220-${"a".repeat(20_000)}\r\n` },
    "it says over 16384 bytes in plain text",
  ],
])("a server %s is told of", async (_, protocol, script, reason) => {
  const { port } = await serve(script);
  expect(await shake(port, protocol)).toEqual({ kind: "failed", reason });
});
