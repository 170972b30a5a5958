import type { Instant } from "../time/instant.ts";
import type { RenewalWindow } from "./renewal-window.ts";
import type { WorkClass } from "./work-class.ts";

/** Whose turn it is, with what decides where its order may go. */
export interface WaitingLineage {
  readonly lineageId: string;
  readonly names: readonly string[];
  readonly workClass: WorkClass;
  /** CAs it may have, in the order in which its own rule or its tenant's names them; null: those of the pool. */
  readonly allowed: readonly string[] | null;
  /** CAs that have refused these names. */
  readonly avoid: readonly string[];
  /** The CA of its certificate; null: it has none. */
  readonly previous: string | null;
  /** The certificate profile that it wishes for; null: what is usual there. */
  readonly profile: string | null;
  /** CAs, by `homeId`, that have issued for the very same names within `sameSetWindow`. */
  readonly sameSetAt: readonly string[];
  /**
   * The CA at which its order can name the certificate that it replaces, and that one's renewal window; null: none, or
   * the CA has told no window, or may hold that the certificate is replaced already.
   */
  readonly successor: { readonly caId: string; readonly window: RenewalWindow } | null;
  /** Until when its renewal waits for a CA that is down and at which no limit counts it; null: it has no certificate. */
  readonly patientUntil: Instant | null;
}
