/** Whether a CA can be reached from here, and what its clock says: one request, outside all that is paced. */
import { type CaFacts, milliseconds } from "@certmill/domain";
import type { OpenTransport } from "./ca-connections.ts";

interface Asked {
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  readonly signal: AbortSignal;
}

interface Tools {
  readonly openTransport: OpenTransport;
  readonly now: () => number;
}

/** Never rejects: what is wrong is the answer. */
export async function askDirectory(
  { directoryUrl, rootPem, signal }: Asked,
  { openTransport, now }: Tools,
): Promise<CaFacts["directory"]> {
  await using transport = openTransport(rootPem);
  const began = performance.now();
  try {
    const { status, headers } = await transport({
      method: "GET",
      url: directoryUrl,
      headers: {},
      body: null,
      signal,
    });
    const took = milliseconds(performance.now() - began);
    if (status !== 200) return { kind: "away", reason: `its directory answers with status ${status}` };
    return { kind: "answered", took, clockAhead: ahead(headers.get("date"), now()) };
  } catch (error) {
    return { kind: "away", reason: reasonOf(error, signal) };
  }
}

/** The field is in whole seconds, cut off: on average half a second too early (RFC 9110 section 6.6.1). */
function ahead(date: string | null, now: number): number | null {
  const told = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(told) ? null : told + 500 - now;
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "it does not answer in time";
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
