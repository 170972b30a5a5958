import { readdirSync, readFileSync } from "node:fs";

/** Linux reports CPU times in hundredths of a second to every program, whatever the kernel's own tick. */
const ticksPerSecond = 100;

interface Usage {
  readonly parent: number;
  readonly ticks: number;
}

/**
 * User and system CPU seconds of a process, of its living descendants, and of the dead ones that were
 * waited for. Linux only: reads /proc.
 */
export function cpuSeconds(pid: number): number {
  const all = new Map<number, Usage>();
  for (const entry of readdirSync("/proc")) {
    const usage = /^\d+$/.test(entry) ? usageOf(entry) : null;
    if (usage !== null) all.set(Number(entry), usage);
  }
  let ticks = 0;
  for (const [each, usage] of all) {
    if (descends(each, pid, all)) ticks += usage.ticks;
  }
  return ticks / ticksPerSecond;
}

function descends(pid: number, ancestor: number, all: ReadonlyMap<number, Usage>): boolean {
  for (let each = pid; each > 0; each = all.get(each)?.parent ?? 0) {
    if (each === ancestor) return true;
  }
  return false;
}

/** `null` when the process has ended meanwhile. Fields as in proc(5): 4 ppid, 14 to 17 the times. */
function usageOf(pid: string): Usage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return null;
  }
}
