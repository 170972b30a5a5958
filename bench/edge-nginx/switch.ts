import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { openNginxDriver } from "../../packages/edge/src/driver/nginx/nginx-driver.ts";
import { ca, deliveryOf } from "./fill.ts";

/**
 * Renews one certificate again and again; after each, handshakes until every worker has answered one.
 *
 * @returns the share of these handshakes that were served the new certificate.
 */
export async function switchedShare(
  place: { readonly socket: string; readonly port: number },
  { renewals, workers }: { readonly renewals: number; readonly workers: number },
): Promise<number> {
  const name = "switch.example.com";
  const driver = openNginxDriver({ socket: place.socket });
  let [fresh, all] = [0, 0];
  for (let renewal = 0; renewal < renewals; renewal += 1) {
    const certificate = ca.issue(name);
    const outcome = await driver.put(deliveryOf("switch", certificate), AbortSignal.timeout(60_000));
    if (outcome.kind !== "done") throw new Error(outcome.reason);
    const seen = new Set<string>();
    while (seen.size < workers) {
      const { serial, worker } = await served(place.port, name);
      seen.add(worker);
      all += 1;
      if (serial === certificate.serial) fresh += 1;
    }
  }
  return fresh / all;
}

function served(port: number, name: string): Promise<{ readonly serial: string; readonly worker: string }> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername: name, agent: false, rejectUnauthorized: false };
    const outgoing = request({ ...options, signal: AbortSignal.timeout(10_000) }, (response) => {
      const { socket } = response as unknown as { readonly socket: TLSSocket };
      const serial = (socket.getPeerX509Certificate()?.serialNumber ?? "").toLowerCase().replace(/^0+/, "");
      let worker = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        worker += piece;
      });
      response.once("error", reject).once("end", () => resolve({ serial, worker }));
    });
    outgoing.once("error", reject).end();
  });
}
