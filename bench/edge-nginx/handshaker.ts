/**
 * A client that does nothing but TLS handshakes, each over a connection of its own and without resumption, 16 at a
 * time, and looks at every certificate it is given.
 *
 * Arguments: a file with a JSON array of [name, serial].
 */
import { readFileSync } from "node:fs";
import { type ConnectionOptions, connect } from "node:tls";
import { answerQuestions } from "../rig/fork-worker.ts";

export interface HandshakeLap {
  readonly port: number;
  /** `all`: at random; `each`: every one once. */
  readonly names: "all" | "each";
  /** Milliseconds; not looked at for `each`. */
  readonly within: number;
}

export interface HandshakeCounts {
  readonly handshakes: number;
  readonly seconds: number;
  /** Served with another certificate than the name's, or refused. */
  readonly wrong: number;
}

const lanes = 16;

const known = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as readonly (readonly [
  name: string,
  serial: string,
])[];
let connections = 0;

await answerQuestions(async (question) => lap(question as HandshakeLap));

async function lap({ port, names, within }: HandshakeLap): Promise<HandshakeCounts> {
  const startedAt = performance.now();
  let handshakes = 0;
  let wrong = 0;
  const next = (): readonly [string, string] | undefined => {
    if (names === "each") return known[handshakes];
    if (performance.now() - startedAt > within) return undefined;
    return known[Math.floor(Math.random() * known.length)];
  };
  const lane = async (): Promise<void> => {
    for (let entry = next(); entry !== undefined; entry = next()) {
      handshakes += 1;
      const [name, serial] = entry;
      if ((await servedSerial(port, name)) !== serial) wrong += 1;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { handshakes, seconds: (performance.now() - startedAt) / 1_000, wrong };
}

/** @returns null when the handshake fails. */
function servedSerial(port: number, name: string): Promise<string | null> {
  connections += 1;
  return new Promise((resolve) => {
    const options: ConnectionOptions & { readonly localAddress: string } = {
      host: "127.0.0.1",
      port,
      servername: name,
      rejectUnauthorized: false,
      // Who closes first keeps the port for a minute: an address has 28,000 of them.
      localAddress: `127.0.0.${2 + (connections % 200)}`,
    };
    const socket = connect(options);
    socket.once("secureConnect", () => {
      const { serialNumber = "" } = socket.getPeerX509Certificate() ?? {};
      resolve(serialNumber.toLowerCase().replace(/^0+/, ""));
      socket.destroy();
    });
    socket.once("error", () => resolve(null));
  });
}
