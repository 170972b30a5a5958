import { EdgeFault } from "../../edge-fault.ts";
import { isLoopback } from "../../listen/loopback.ts";
import { readListenAddress } from "../door/listen-address.ts";

/** Where nginx asks the agent beside it. */
export interface AskedPlace {
  readonly host: string;
  readonly port: number;
}

/** @throws {EdgeFault} `usage`: it is asked by whoever reaches it, so nobody from outside may. */
export function readLoopback(flag: string, text: string): AskedPlace {
  const place = readListenAddress(flag, text);
  if (isLoopback(place.host) && /^[\d.:a-f]+$/.test(place.host)) return place;
  throw new EdgeFault("usage", `--${flag} must be a loopback address, such as 127.0.0.1:8405, not ${text}.`);
}

export const addressText = ({ host, port }: AskedPlace): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
