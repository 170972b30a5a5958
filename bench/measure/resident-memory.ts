import { readFileSync } from "node:fs";

/** Resident memory of one process in MB (10^6 bytes), as proc(5) tells it. Linux only. */
export const residentMb = (pid: number): number => readStatus(pid, "VmRSS");

/** The most it has been since the process began. */
export const peakResidentMb = (pid: number): number => readStatus(pid, "VmHWM");

function readStatus(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kib] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text) ?? [];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no ${field}: the process has ended.`);
  return (Number(kib) * 1_024) / 1e6;
}
