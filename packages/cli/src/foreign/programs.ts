/** The programs whose files can be read. */
import { readAcmeSh } from "./acme-sh.ts";
import { readCaddy } from "./caddy.ts";
import { readCertbot } from "./certbot.ts";
import type { Found } from "./found.ts";
import { readLego } from "./lego.ts";
import { readTree } from "./tree.ts";

/** Reads all there is at a path; accounts come before the certificates. `now` is in milliseconds since the epoch. */
type Reader = (root: string, now: number) => AsyncGenerator<Found>;

export const readers = {
  certbot: readCertbot,
  "acme.sh": readAcmeSh,
  caddy: readCaddy,
  lego: readLego,
  dir: readTree,
} as const satisfies Record<string, Reader>;

export type ProgramName = keyof typeof readers;
