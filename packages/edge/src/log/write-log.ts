import type { Writable } from "node:stream";
import { isTrouble, type Log, sentenceOf } from "./edge-event.ts";

export type LogFormat = "text" | "json";

/**
 * One line for each event: for people, or as JSON with `at`, `level`, `message` and the event's own fields. What comes in one
 * turn of the event loop is written at once, and whatever is left when the process ends.
 */
export function writeLog(output: Writable, format: LogFormat): Log {
  let lines: string[] = [];
  const flush = (): void => {
    if (lines.length === 0) return;
    output.write(lines.join(""));
    lines = [];
  };
  process.once("exit", flush);
  return (event) => {
    const at = new Date().toISOString();
    const level = isTrouble(event) ? "warn" : "info";
    const message = sentenceOf(event);
    const line =
      format === "json" ? JSON.stringify({ at, level, message, ...event }) : `${at} ${level} ${message}`;
    if (lines.push(`${line}\n`) === 1) setImmediate(flush);
  };
}
