import { randomInt } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Below the range (32768 and up) that the kernel takes ports of outgoing connections from. */
const lowest = 10_000;
const highest = 30_000;

/** A file for each port that was given, with the process that has it: tests run side by side, and look for ports before they use them. */
const claims = join(tmpdir(), `certmill-ports-${process.getuid?.() ?? "all"}`);
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on, never one that this process was given before, or another that is still there. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(lowest, highest);
    if (given.has(port) || !claim(port)) continue;
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${lowest} and ${highest}.`);
}

function claim(port: number): boolean {
  if (given.size === 0) process.once("exit", release);
  mkdirSync(claims, { recursive: true });
  const file = join(claims, String(port));
  if (isAlive(file)) return false;
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  given.add(port);
  return true;
}

/** Whether who has the port is still there. What an ended process has left is taken away. */
function isAlive(file: string): boolean {
  try {
    const owner = Number(readFileSync(file, "utf8"));
    // Being made just now: it is empty until its process is named.
    if (owner === 0) return true;
    process.kill(owner, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") return false;
    rmSync(file, { force: true });
    return false;
  }
}

function release(): void {
  for (const port of given) rmSync(join(claims, String(port)), { force: true });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
