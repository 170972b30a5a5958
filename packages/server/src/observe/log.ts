import { destination, type Logger, pino } from "pino";

/**
 * JSON lines on standard error: standard output is for what a command prints. Written in the background, so
 * that a slow reader of the log holds up no answer; a killed process can lose its last lines.
 */
export const openLog = (level: string): Logger =>
  pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: false }),
  );
