import type { RunningProcess } from "../../../tools/peers/start-process.ts";

/** What looks like one: a private key as PEM or JWK, a token of ours. */
const shapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /"d":"[\w-]{40,}"/,
  /\bcm_[a-z]+_[\w-]{32}/,
];

/**
 * A process of ours whose log is searched for secrets when it is stopped.
 *
 * @param secrets what it was given; asked for at the end, as some are made meanwhile.
 */
export function withoutSecrets(
  process: RunningProcess,
  secrets: () => Promise<readonly string[]>,
): RunningProcess {
  const stop = async (): Promise<void> => {
    await process.stop();
    const log = process.output();
    const found = [
      ...shapes.filter((shape) => shape.test(log)).map(String),
      ...(await secrets()).filter((secret) => log.includes(secret)).map(() => "a secret that it was given"),
    ];
    // Not the log itself, which has it.
    if (found.length > 0) throw new Error(`The log of a process has ${found.join(", ")}.`);
  };
  return { ...process, stop, [Symbol.asyncDispose]: stop };
}
