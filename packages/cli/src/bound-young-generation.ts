const option = "--max-semi-space-size";

/** Of each of the two semi-spaces, in MiB. */
const most = 8;

/**
 * Starts this process anew under the same id, with V8's young generation bounded; returns when it is so already.
 *
 * V8 sizes the young generation by the machine's memory, up to 192 MiB, and a process that has steady work to do
 * fills what it may: over 100 MB of garbage that is never worth collecting. The bound costs no CPU that could be
 * measured (`npm run bench -- issue`). It can be given only at the start of a process, `v8.setFlagsFromString`
 * comes too late; an operator's own setting goes before ours. Where there is no execve (Windows), nothing is bound.
 */
export function boundYoungGeneration(): void {
  const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];
  if (given.some((each) => each.includes(option)) || process.execve === undefined) return;
  const program = [`${option}=${most}`, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, [process.execPath, ...program]);
}
