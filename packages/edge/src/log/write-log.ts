import type { Writable } from "node:stream";
import { isTrouble, type Log, sentenceOf } from "./edge-event.ts";

export type LogFormat = "text" | "json";

/** One line for each event: for people, or as JSON with `at`, `level`, `message` and the event's own fields. */
export function writeLog(output: Writable, format: LogFormat): Log {
  return (event) => {
    const at = new Date().toISOString();
    const level = isTrouble(event) ? "warn" : "info";
    const message = sentenceOf(event);
    const line =
      format === "json" ? JSON.stringify({ at, level, message, ...event }) : `${at} ${level} ${message}`;
    output.write(`${line}\n`);
  };
}
