import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import type { Log } from "../../log/edge-event.ts";
import type { Askers } from "./askers.ts";
import { type Dialect, secretType } from "./secret-protocol.ts";
import { SecretStream, type StreamDoors } from "./secret-stream.ts";

export interface Conversations {
  readonly find: StreamDoors["find"];
  readonly askers: Askers;
  /** Those under way. */
  readonly streams: Set<SecretStream>;
  readonly log: Log;
}

/** One stream of an Envoy, until either side ends it. */
export function converse<Request extends { readonly typeUrl: string }>(
  call: ServerDuplexStream<Request, object>,
  dialect: Dialect<Request, object>,
  { find, askers, streams, log }: Conversations,
): void {
  const stream = new SecretStream({
    find,
    tell(secrets, nonce) {
      const response = dialect.tell(secrets, nonce);
      if (response !== null) call.write(response);
      return response !== null;
    },
    asked: (name) => askers.add({ name, stream }),
    unasked: (name) => askers.delete({ name, stream }),
    refused: (name, reason) =>
      log({ kind: "warning", warning: `Envoy refuses the certificate it asked for as ${name}: ${reason}` }),
  });
  streams.add(stream);
  const end = () => {
    streams.delete(stream);
    stream.end();
  };
  const refuse = (code: status, details: string) => call.emit("error", { code, details });
  call.on("data", (request: Request) => {
    if (!streams.has(stream)) return;
    const { typeUrl } = request;
    if (typeUrl !== "" && typeUrl !== secretType) {
      refuse(status.INVALID_ARGUMENT, `Only ${secretType} is given here.`);
    } else if (!stream.hear(dialect.hear(request, stream.names))) {
      refuse(status.RESOURCE_EXHAUSTED, "These are more names than one stream may ask for.");
    }
  });
  call.on("end", () => call.end());
  for (const event of ["end", "cancelled", "error", "close"]) call.on(event, end);
}
