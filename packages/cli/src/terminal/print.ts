import { once } from "node:events";

/**
 * Writes to standard output and waits while the reader is behind, so that a long list needs no memory. A line
 * end is added.
 */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, "drain");
}

/** One JSON document on a line of its own. */
export async function printJson(value: unknown): Promise<void> {
  await print(JSON.stringify(value));
}

/** A remark for the person, on standard error: it never gets into what is piped on. */
export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that leaves early (`| head`) is no error of ours: the process ends quietly. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (stream === process.stdout) process.exit(0);
    });
  }
}
