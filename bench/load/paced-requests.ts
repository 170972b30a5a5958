import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export interface Pace {
  readonly urlOf: (index: number) => string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Connections at most; a request that finds none waits, and its wait counts. */
  readonly connections: number;
}

const deadline = 10_000;

/**
 * Sends requests at a fixed pace, whether or not the ones before were answered. Each latency counts from the
 * instant at which its request was due, so a stall is seen by all that it delays.
 *
 * @returns the latencies in milliseconds, ascending. @throws Error for an answer other than 200.
 */
export async function pacedRequests({ urlOf, perSecond, seconds, connections }: Pace): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const total = perSecond * seconds;
  const latencies: number[] = [];
  const failures: unknown[] = [];
  const pending: Promise<void>[] = [];
  const startedAt = performance.now();
  const send = async (url: string, dueAt: number): Promise<void> => {
    try {
      await demandOk(url, agent);
      latencies.push(performance.now() - dueAt);
    } catch (error) {
      failures.push(error);
    }
  };
  while (pending.length < total && failures.length === 0) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1_000) + 1);
    while (pending.length < due) {
      pending.push(send(urlOf(pending.length), startedAt + (pending.length * 1_000) / perSecond));
    }
    await pause(1);
  }
  await Promise.all(pending);
  agent.destroy();
  if (failures.length > 0) {
    throw new Error(`Of ${pending.length} requests ${failures.length} failed.`, { cause: failures[0] });
  }
  return latencies.toSorted((a, b) => a - b);
}

function demandOk(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: deadline }, (response) => {
      const { statusCode } = response;
      response.resume().once("error", reject);
      response.once("end", () => {
        if (statusCode === 200) resolve();
        else reject(new Error(`${url} was answered by ${statusCode}.`));
      });
    });
    request.once("timeout", () => request.destroy(new Error(`${url} was silent for ${deadline} ms.`)));
    request.once("error", reject);
  });
}
