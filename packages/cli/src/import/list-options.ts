import type { Command } from "commander";
import { wholeNumber } from "../option-values.ts";

/** Of a list that is sent in batches. */
export interface ListOptions {
  /** Where rejected rows are reported; absent: beside the list. */
  readonly rejects?: string;
  /** Seconds. */
  readonly giveUpAfter: number;
}

export const withListOptions = (command: Command): Command =>
  command
    .option("--rejects <file>", "where rejected rows are reported (default: FILE.rejects.csv)")
    .option("--give-up-after <seconds>", "how long a lost server is tried for", wholeNumber(0), 120);
