/** One caller's stream. It is written to at once or not at all: a reader that falls behind is cut off, and may come again. */
import { Readable } from "node:stream";
import { type EndReason, endMessage, type LiveView } from "./live-messages.ts";

/** Bytes that wait for a reader, at most. */
const mostWaiting = 1_048_576;
/** For the reader to take what waits once the stream has ended, in milliseconds. */
const endGrace = 5_000;
/** In milliseconds. Who may see what is looked at anew when the caller comes again. */
const longestLife = 900_000;

export class LiveStream {
  readonly view: LiveView;
  readonly wantsOverview: boolean;
  /** The token's id, or minus the session's, that it was opened with. */
  readonly holder: string;
  /** Whether the whole overview was sent. */
  hasOverview = false;
  readonly body: Readable;
  readonly #endsAt: number;
  #isOver = false;

  constructor({ view, wantsOverview, holder }: Pick<LiveStream, "view" | "wantsOverview" | "holder">) {
    this.view = view;
    this.wantsOverview = wantsOverview;
    this.holder = holder;
    // Not all that came together leave together.
    this.#endsAt = performance.now() + longestLife * (0.75 + Math.random() / 4);
    this.body = new Readable({ read: () => {}, highWaterMark: mostWaiting });
    this.body.once("close", () => {
      this.#isOver = true;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  whenOver(told: () => void): void {
    if (this.#isOver) told();
    else this.body.once("close", told);
  }

  send(message: Buffer): void {
    if (this.#isOver) return;
    const waiting = this.body.readableLength;
    // What is told at once may be more: who has taken all else is not slow.
    if (waiting > 0 && waiting + message.length > mostWaiting) this.end("slow");
    else this.body.push(message);
  }

  endInTime(): void {
    if (performance.now() >= this.#endsAt) this.end("renew");
  }

  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.body.push(endMessage(reason));
    this.body.push(null);
    const cut = setTimeout(() => this.body.destroy(), endGrace);
    this.body.once("close", () => clearTimeout(cut));
  }
}
