import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range (32768 and up) that the kernel takes ports of outgoing connections from. */
const lowest = 10_000;
const highest = 30_000;

const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on, never one that this process was given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${lowest} and ${highest}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
