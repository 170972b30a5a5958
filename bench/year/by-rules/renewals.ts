import type { Instant } from "@certmill/domain";
import type { InProcessCa } from "@certmill/sim";
import type { RenewalAnswer } from "../../../packages/server/src/effects/renewal-info.ts";
import { judgePoll } from "../../../packages/server/src/work/judge-poll.ts";
import type { Duties } from "./duties.ts";
import type { FleetDomain } from "./fleet-domain.ts";

/** What work/poll-renewals.ts and store/renewal-polls.ts do, in memory. */
export class Renewals {
  readonly #duties: Duties;
  readonly #ca: InProcessCa;
  asked = 0;

  constructor({ duties, ca }: { readonly duties: Duties; readonly ca: InProcessCa }) {
    this.#duties = duties;
    this.#ca = ca;
  }

  ask(domain: FleetDomain, now: Instant): void {
    const { certificate: validity, lineage, known, pollFailures: failures } = domain;
    if (validity === null || validity.notAfter <= now) return;
    this.asked += 1;
    const poll = {
      lineageId: lineage.id,
      certificateId: "",
      caId: "",
      ariId: "",
      validity,
      known,
      explanationUrl: null,
      etag: null,
      failures,
    };
    const told = judgePoll(poll, this.#answer(domain, now), now);
    domain.known = told.known;
    domain.pollFailures = told.failures;
    lineage.window = told.known?.window ?? null;
    lineage.isUrgent = told.known?.urgent ?? false;
    this.#duties.set(domain, "poll", told.pollAt);
    if (told.renewAt !== null) this.#moveRenewal(domain, told.renewAt, now);
  }

  #answer({ certificate }: FleetDomain, now: Instant): RenewalAnswer {
    const answer = certificate === null ? null : this.#ca.renewalInfo(certificate, now);
    if (answer === null || answer.kind === "failed") return { kind: "trouble", retryAt: null };
    return { ...answer, explanationUrl: null, etag: null };
  }

  /** One that has failed keeps to its own time of trying again; one that is under way or due goes on. */
  #moveRenewal(domain: FleetDomain, renewAt: Instant, now: Instant): void {
    domain.wantedAt = renewAt;
    const { order } = domain.due;
    if (!domain.isBusy && domain.lineage.failures === 0 && order !== null && order > now)
      this.#duties.set(domain, "order", renewAt);
  }
}
