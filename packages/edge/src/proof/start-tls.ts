import { isUtf8 } from "node:buffer";
import type { Socket } from "node:net";

/** A protocol whose connections begin in plain text, and go on with TLS when the client asks for it. */
export type StartTls = "smtp" | "imap" | "pop3";

export const isStartTls = (text: string): text is StartTls => Object.hasOwn(dialogues, text);

/** What the client says, in turn; null: it waits to be greeted. */
interface Step {
  readonly say: string | null;
  /** The end of the server's reply to it, when it is what the client hopes for. */
  readonly goOn: RegExp;
  /** The end of any reply. */
  readonly end: RegExp;
}

const step = (say: string | null, goOn: RegExp, end: RegExp): Step => ({ say, goOn, end });

/** A reply's last line has a blank after its code, the others a hyphen (RFC 5321 section 4.2.1). */
const smtpEnd = /^\d{3}(?: .*)?\r?\n$/m;
/** Lines with an asterisk may come at any time (RFC 9051 section 7); a greeting is one of them. */
const imapEnd = /^c1 .*\r?\n$/m;
const line = /\n$/;

/** Each ends where the client hello is to come. */
const dialogues: Readonly<Record<StartTls, readonly Step[]>> = {
  // RFC 3207 section 4. The client has no name of its own, and says its address (RFC 5321 section 4.1.3).
  smtp: [
    step(null, /^220(?: .*)?\r?\n$/m, smtpEnd),
    step("EHLO [127.0.0.1]", /^250(?: .*)?\r?\n$/m, smtpEnd),
    step("STARTTLS", /^220(?: .*)?\r?\n$/m, smtpEnd),
  ],
  // RFC 9051 section 6.2.1.
  imap: [step(null, /^\* OK\b/i, line), step("c1 STARTTLS", /^c1 OK\b.*\r?\n$/im, imapEnd)],
  // RFC 2595 section 4.
  pop3: [step(null, /^\+OK\b/, line), step("STLS", /^\+OK\b/, line)],
};

/** Bytes of a reply at most: one of SMTP's to EHLO has some twenty lines. */
const mostReply = 16_384;

/** Characters of a server's words that are told. */
const mostWords = 200;

/**
 * Asks a server for TLS in the words of its protocol. The socket is connected or connecting, and is paused when it
 * returns; its owner hears of its errors and its end, and limits the time.
 *
 * @throws Error with a clause for what the server says instead.
 */
export async function askForTls(socket: Socket, protocol: StartTls): Promise<void> {
  for (const { say, goOn, end } of dialogues[protocol]) {
    if (say !== null) socket.write(`${say}\r\n`);
    const reply = await replyOf(socket, end);
    if (!goOn.test(reply))
      throw new Error(`${say === null ? "its greeting" : `its answer to ${say}`} is ${told(reply)}`);
  }
}

/** What is read until it ends so. Whatever a server says after it, before TLS begins, is not to be taken for its reply. */
function replyOf(socket: Socket, end: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let heard = "";
  const onData = (piece: Buffer) => {
    heard += isUtf8(piece) ? piece.toString("utf8") : piece.toString("latin1");
    if (end.test(heard)) resolve(heard);
    else if (heard.length > mostReply) reject(new Error(`it says over ${mostReply} bytes in plain text`));
  };
  socket.on("data", onData);
  socket.resume();
  return promise.finally(() => {
    socket.pause();
    socket.off("data", onData);
  });
}

/** On one line, without what a terminal would obey. */
function told(reply: string): string {
  const words = reply.trim();
  return JSON.stringify(words.length > mostWords ? `${words.slice(0, mostWords)}…` : words);
}
