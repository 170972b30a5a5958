/** What a CA is to be shown that validates a name by tls-alpn-01 (RFC 8737), asked of the server when the CA comes. */
import { ApiError, type Client, type EdgeProof, edgeRoutes } from "@certmill/api/edge";

/** @param serverName as the CA writes it into SNI. @returns null: the name is not being validated. @throws when the server cannot be asked. */
export type ProofFor = (serverName: string) => Promise<EdgeProof | null>;

/** Names asked for at once: a CA looks from a handful of places, anybody else may pretend to be one. */
const mostAtOnce = 64;

/** Anybody can ask for the protocol, so that the server is asked for each name once at a time, and for few at once. */
export function askForProofs(client: Client): ProofFor {
  const running = new Map<string, Promise<EdgeProof | null>>();
  return (serverName) => {
    const asked = running.get(serverName);
    if (asked !== undefined) return asked;
    if (running.size >= mostAtOnce) return Promise.resolve(null);
    const answer = ask(client, serverName).finally(() => running.delete(serverName));
    running.set(serverName, answer);
    return answer;
  };
}

async function ask(client: Client, serverName: string): Promise<EdgeProof | null> {
  try {
    return await client.call(edgeRoutes.edgeProof, { params: { serverName } });
  } catch (error) {
    if (error instanceof ApiError && error.problem.code === "not-found") return null;
    throw error;
  }
}
