import { chmod, lstat, rm } from "node:fs/promises";
import { connect } from "node:net";
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  setLogVerbosity,
} from "@grpc/grpc-js";
import { EdgeFault } from "../../edge-fault.ts";
import { isLoopback } from "../../listen/loopback.ts";
import type { Log } from "../../log/edge-event.ts";
import { type DeltaRequest, type StateRequest, secretDiscoveryService } from "./secret-protocol.ts";

/** Where Envoy asks. A socket's file says by its rights who may. */
export type SecretPlace =
  /** An absolute path. */
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "port"; readonly host: string; readonly port: number };

export interface GrpcOptions {
  readonly streams: {
    readonly state: (call: ServerDuplexStream<StateRequest, object>) => void;
    readonly delta: (call: ServerDuplexStream<DeltaRequest, object>) => void;
  };
  readonly log: Log;
}

export interface GrpcDoor extends AsyncDisposable {
  /** Null: it is a socket. */
  readonly port: number | null;
}

/** @throws {EdgeFault} `port-unusable`. */
export async function listenForGrpc(place: SecretPlace, { streams, log }: GrpcOptions): Promise<GrpcDoor> {
  // The agent's log has lines of its own form only.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server();
  server.addService(secretDiscoveryService(), {
    StreamSecrets: streams.state,
    DeltaSecrets: streams.delta,
  });
  const what = "secrets for Envoy";
  if (place.kind === "socket") await removeStale(place.path);
  const port = await bind(server, place);
  if (place.kind === "socket") {
    await chmod(place.path, 0o660);
    log({ kind: "listening-at", what, path: place.path });
  } else {
    log({ kind: "listening", what, port });
    if (!isLoopback(place.host)) log({ kind: "warning", warning: warningOf(what, place.host, port) });
  }
  const close = async () => {
    server.forceShutdown();
    if (place.kind === "socket") await rm(place.path, { force: true });
  };
  return { port: place.kind === "socket" ? null : port, [Symbol.asyncDispose]: close };
}

const warningOf = (what: string, host: string, port: number): string =>
  `${what}, private keys among them, are given to whoever reaches ${host} port ${port}, in the clear; ` +
  "listen on a unix socket or on 127.0.0.1 instead";

/** gRPC does not tell why. */
const whatToLookAt =
  "look whether something else listens there, and whether a socket's directory is there and may be written to";

async function bind(server: Server, place: SecretPlace): Promise<number> {
  const host = place.kind === "port" && place.host.includes(":") ? `[${place.host}]` : null;
  const address = place.kind === "socket" ? `unix:${place.path}` : `${host ?? place.host}:${place.port}`;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) resolve(port);
    else reject(unusable(address, `${error.message}; ${whatToLookAt}`));
  });
  return await promise;
}

/** A socket that an agent left behind when it was killed goes; one that somebody listens on, and any other file, stays. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw unusable(path, "a file that is no socket is there; choose another path");
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(path);
  probe.once("connect", () => resolve(true)).once("error", () => resolve(false));
  const isHeard = await promise;
  probe.destroy();
  if (isHeard) throw unusable(path, "something else listens on it; stop that, or choose another path");
  await rm(path, { force: true });
}

const unusable = (address: string, reason: string): EdgeFault =>
  new EdgeFault("port-unusable", `${address} cannot be listened on: ${reason}.`);
