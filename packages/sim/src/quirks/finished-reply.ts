/** What the CA is about to send. */
export interface FinishedReply {
  readonly status: number;
  /** By the names' usual spelling. Date and Content-Length are added when they are sent, unless they are here. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Without regard to case, as HTTP has it. */
export const hasHeader = ({ headers }: FinishedReply, name: string): boolean =>
  Object.keys(headers).some((each) => each.toLowerCase() === name.toLowerCase());

/** The same reply but for these headers, which lose all earlier values; `null` takes one away. */
export function replaceHeaders(
  reply: FinishedReply,
  changes: Readonly<Record<string, string | readonly string[] | null>>,
): FinishedReply {
  const changed = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  const kept = Object.entries(reply.headers).filter(([name]) => !changed.has(name.toLowerCase()));
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  return { ...reply, headers: Object.fromEntries([...kept, ...added]) };
}
