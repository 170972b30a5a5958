import { destination, type Logger, pino } from "pino";

/** JSON lines on standard error: standard output is for what a command prints. */
export const openLog = (level: string): Logger =>
  pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
