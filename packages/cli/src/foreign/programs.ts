/** The programs whose certificates can be read. */
import { readAcmeSh } from "./acme-sh.ts";
import { readCaddy } from "./caddy.ts";
import { readCertbot } from "./certbot.ts";
import type { Found } from "./found.ts";
import { readLego } from "./lego.ts";
import { readTree } from "./tree.ts";
import { readVault } from "./vault.ts";

interface Program {
  /** Reads all there is at a path; accounts come before the certificates. `now` is in milliseconds since the epoch. */
  readonly read: (root: string, now: number) => AsyncGenerator<Found>;
  /** What is looked for there, for whoever has named another folder. */
  readonly keeps: string;
  /** Present when it keeps them elsewhere than in a folder. */
  readonly isElsewhere?: true;
}

const programs = {
  certbot: { read: readCertbot, keeps: "live/, archive/ and renewal/, as in /etc/letsencrypt" },
  "acme.sh": { read: readAcmeSh, keeps: "a folder for each domain and ca/, as in ~/.acme.sh" },
  caddy: { read: readCaddy, keeps: "certificates/ and acme/, as in /var/lib/caddy/.local/share/caddy" },
  lego: { read: readLego, keeps: "certificates/ and accounts/, as in .lego" },
  dir: { read: readTree, keeps: "certificates and keys, as PEM or DER" },
  vault: { read: readVault, keeps: "entries with a certificate and its key in PEM", isElsewhere: true },
} as const satisfies Record<string, Program>;

/** @returns undefined for one that is none of them. */
export const programOf = (name: string): Program | undefined =>
  Object.hasOwn(programs, name) ? programs[name as keyof typeof programs] : undefined;
