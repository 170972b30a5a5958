import {
  type Client,
  type DomainBatchResult,
  type DomainBatchRow,
  operations,
  type RejectedRow,
} from "@certmill/api";
import { persist } from "../persist.ts";
import { ProgressLine } from "../terminal/progress-line.ts";
import type { ListSource } from "./list-source.ts";
import { mapInOrder } from "./map-in-order.ts";
import { progressText } from "./progress-text.ts";
import type { ImportBatch } from "./read-batches.ts";
import type { RejectsFile } from "./rejects-file.ts";
import { Tally } from "./tally.ts";

interface ListToSend {
  readonly client: Client;
  readonly source: ListSource;
  readonly rejects: RejectsFile;
  readonly signal: AbortSignal;
  /** Milliseconds for which a server that was there and is lost is waited for. */
  readonly giveUpAfter: number;
  /** Sends some of its rows, which may be sent again. */
  readonly deliver: (rows: readonly DomainBatchRow[], signal: AbortSignal) => Promise<DomainBatchResult>;
}

/** How an import ended. */
export interface ImportEnd {
  readonly tally: Tally;
  /** The first of the rejected rows. */
  readonly sample: readonly RejectedRow[];
  /** What stopped it before the end of the list; null: nothing did. */
  readonly stoppedBy: { readonly error: unknown } | null;
}

const batchesInFlight = 4;
const sampleSize = 10;

/** Sends a whole list in batches, a few at a time, and counts what becomes of its rows. */
export async function sendList(list: ListToSend): Promise<ImportEnd> {
  // With it come the rules of names, which are large: no other command waits for them.
  const { readBatches } = await import("./read-batches.ts");
  const tally = new Tally();
  const sample: RejectedRow[] = [];
  using progress = new ProgressLine();
  const ended = new AbortController();
  const sender = new Sender(list, progress, AbortSignal.any([list.signal, ended.signal]));
  const results = mapInOrder(readBatches(list.source.chunks), batchesInFlight, async (batch) => ({
    batch,
    result: await sender.send(batch),
  }));
  try {
    await sender.lookFirst();
    for await (const { batch, result } of results) {
      const rejected = tally.settle(batch, result);
      sample.push(...rejected.slice(0, sampleSize - sample.length));
      await list.rejects.write(rejected);
      progress.update((width) => progressText(tally, list.source.size, width));
    }
    return { tally, sample, stoppedBy: null };
  } catch (error) {
    return { tally, sample, stoppedBy: { error: list.signal.aborted ? list.signal.reason : error } };
  } finally {
    ended.abort();
  }
}

/** Sends one batch at a time or many, and says once when the server is lost and when it is there again. */
class Sender {
  readonly #list: ListToSend;
  readonly #progress: ProgressLine;
  readonly #signal: AbortSignal;
  #isLost = false;

  constructor(list: ListToSend, progress: ProgressLine, signal: AbortSignal) {
    this.#list = list;
    this.#progress = progress;
    this.#signal = signal;
  }

  /** A wrong address or token is told at once; only a server that was there is waited for. */
  async lookFirst(): Promise<void> {
    await this.#list.client.call(operations.listDomains, { query: { limit: 1 }, signal: this.#signal });
  }

  async send({ rows }: ImportBatch): Promise<DomainBatchResult> {
    if (rows.length === 0) return { added: 0, unchanged: 0, rejected: [] };
    const { deliver, giveUpAfter } = this.#list;
    const result = await persist(() => deliver(rows, this.#signal), {
      signal: this.#signal,
      giveUpAfter,
      onRetry: (error) => this.#tellLost(error.message),
    });
    this.#tellFound();
    return result;
  }

  #tellLost(message: string): void {
    if (!this.#isLost) this.#progress.note(`${message} Trying again.`);
    this.#isLost = true;
  }

  #tellFound(): void {
    if (this.#isLost) this.#progress.note("The server answers again.");
    this.#isLost = false;
  }
}
