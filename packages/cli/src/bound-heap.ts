import { compiledDirectory } from "./keep-compiled.mjs";

/** V8's options for a process; sizes in MiB. */
type Bounds = Readonly<Record<`--${string}`, number>>;

/** Each semi-space of the young generation, and the old generation. */
const usual: Bounds = { "--max-semi-space-size": 8, "--max-old-space-size": 1_024 };

/** The agent stands beside a proxy that needs the memory more: garbage may come to a quarter of what is alive. */
const small: Bounds = {
  "--max-semi-space-size": 2,
  "--max-old-space-size": 1_024,
  "--heap-growing-percent": 25,
};

/** glibc gives threads memory of their own and keeps what they give back: 15 MB and more of an agent that is busy for a minute a day. */
const oneArena = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "131072" };

/**
 * Starts this process anew under the same id, with V8's heap bounded; returns when it is so already.
 *
 * V8 sizes the heap by the machine: on 16 GB and more it keeps up to 128 MB of young garbage, and lets the old
 * generation come to several times what is alive before it looks at it. The server then takes 330 MB where
 * 200 are enough, for no CPU that could be measured (`npm run bench -- issue`, `import`). What is alive stays
 * under 100 MB, as work waits in the database.
 *
 * Only the start of a process can set these: `v8.setFlagsFromString` comes too late. An operator's own setting
 * goes before ours. Where there is no execve (Windows), nothing is bound. See docs/decisions/0009-bounded-heap.md.
 */
export function boundHeap(kind: "usual" | "small" = "usual"): void {
  const bounds = kind === "usual" ? usual : small;
  const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ").replaceAll("_", "-");
  const missing = Object.entries(bounds).filter(([option]) => !given.includes(option));
  if (missing.length === 0 || process.execve === undefined) return;
  const options = missing.map(([option, most]) => `${option}=${most}`);
  const program = [...options, ...process.execArgv, ...process.argv.slice(1)];
  const directory = compiledDirectory();
  // From its first line on: it is the only way to do without what strips types.
  const compiled = directory === null ? {} : { NODE_COMPILE_CACHE: directory };
  const settings = { ...(kind === "small" ? oneArena : {}), ...process.env, ...compiled };
  process.execve(process.execPath, [process.execPath, ...program], settings);
}
