/** Open consoles and nothing else, a thousand to a process: what comes is looked at for its instants only. */
import { Agent, get } from "node:http";
import { answerQuestions } from "../rig/fork-worker.ts";

export type ListenerQuestion =
  | { readonly kind: "open"; readonly streams: number }
  | { readonly kind: "report" };

export interface ListenerAnswer {
  /** Streams that are open. */
  readonly streams: number;
  /** In milliseconds, ascending: of the oldest event of each piece that came. */
  readonly lags: readonly number[];
}

const [url = "", token = ""] = process.argv.slice(2);
const connections = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const lags: number[] = [];
let open = 0;

await answerQuestions(async (asked): Promise<ListenerAnswer> => {
  const question = asked as ListenerQuestion;
  if (question.kind === "open")
    await Promise.all(Array.from({ length: question.streams }, () => openStream()));
  return { streams: open, lags: question.kind === "report" ? lags.toSorted((a, b) => a - b) : [] };
});
// Streams that are open would keep the process.
connections.destroy();

function openStream(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/v1/live`, {
      agent: connections,
      headers: { authorization: `Bearer ${token}` },
    });
    request.once("error", reject);
    request.once("response", (response) => {
      open += 1;
      response.on("data", noteLag);
      response.once("close", () => {
        open -= 1;
      });
      resolve();
    });
  });
}

function noteLag(piece: Buffer): void {
  const text = piece.toString("latin1");
  const from = text.indexOf("event: events");
  const at = from === -1 ? -1 : text.indexOf('"at":"', from);
  if (at === -1) return;
  const told = Date.parse(text.slice(at + 6, at + 30));
  if (!Number.isNaN(told)) lags.push(Date.now() - told);
}
