/**
 * What the shell is told. Scripts branch on these, so a number never changes its meaning; `docs/reference/cli.md`
 * prints this table.
 */
export const exitCodes = {
  ok: { code: 0, meaning: "Done." },
  failed: { code: 1, meaning: "Not done; the message says why." },
  usage: { code: 2, meaning: "The command line, a file or a value given is wrong; nothing was changed." },
  unreachable: { code: 3, meaning: "The server could not be reached." },
  "not-allowed": { code: 4, meaning: "The server wants a token, or one of another scope." },
  "not-found": { code: 5, meaning: "There is no such domain, certificate, token or limit." },
  rejected: { code: 6, meaning: "A part of the input was rejected; the rest was done." },
  "timed-out": { code: 7, meaning: "Not done within `--timeout`; the server goes on by itself." },
  interrupted: { code: 130, meaning: "Stopped by SIGINT (Ctrl-C) or SIGTERM." },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

/** How a command ended. */
export type Ending = keyof typeof exitCodes;

/** Sets how the process will end, once everything that is under way is written. */
export function endWith(ending: Ending): void {
  process.exitCode = exitCodes[ending].code;
}
