import type { Holdings } from "../holding/holdings.ts";
import type { StateKeeper } from "../holding/state-keeper.ts";
import { TextMap } from "../holding/text-map.ts";
import type { CertificateDirectory } from "../install/certificate-directory.ts";
import { diskFault } from "../install/disk-fault.ts";
import { type ReadFeedOptions, readFeed } from "./read-feed.ts";

export interface FollowOptions extends ReadFeedOptions {
  readonly holdings: Holdings;
  readonly directory: CertificateDirectory;
  readonly keeper: StateKeeper;
}

/**
 * Takes in what the server wants, until the signal aborts. It is written down before it is acted on: what is
 * installed is never ahead of the state on disk, and a restart never goes back to an older certificate.
 */
export async function followServer(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { holdings, keeper } = options;
  const accepted = async () => {
    await keeper.written();
    holdings.release();
  };
  let mayHaveStrays = true;
  let present = new TextMap();
  for await (const news of readFeed(holdings.cursor, options, signal)) {
    if (news.kind === "page") {
      if (news.isFirst) present = new TextMap();
      for (const { lineageId } of news.certificates) present.set(lineageId, "");
      // The cursor stays what it was: a run that ends now begins the snapshot anew.
      holdings.acceptPage(news.certificates);
      await accepted();
    } else if (news.kind === "snapshot-end") {
      holdings.endSnapshot(present, news.cursor);
      present = new TextMap();
      await accepted();
      mayHaveStrays = true;
    } else {
      if (news.cursor !== holdings.cursor) {
        holdings.acceptChanges(news.changes, news.cursor);
        await accepted();
      }
      // Not before the feed's end, and not before all is installed: a stray may be all that a name has yet.
      const isSettled = news.changes.length === 0 && holdings.unsettled.size === 0;
      if (mayHaveStrays && isSettled) mayHaveStrays = !(await sweep(options));
    }
  }
}

/** @returns whether it could be done. */
async function sweep({ directory, holdings, log }: FollowOptions): Promise<boolean> {
  try {
    await directory.sweep(holdings);
    return true;
  } catch (error) {
    const reason = diskFault(error);
    if (reason === null) throw error;
    log({ kind: "sweep-failed", reason });
    return false;
  }
}
