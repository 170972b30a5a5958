import { readFileSync } from "node:fs";

/**
 * Resident memory of one process in MB (10^6 bytes). Linux only: reads /proc.
 *
 * @returns null when the process has ended.
 */
export function residentMb(pid: number): number | null {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kib === undefined ? null : (Number(kib) * 1_024) / 1e6;
  } catch {
    return null;
  }
}
