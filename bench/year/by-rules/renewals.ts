import type { Instant } from "@certmill/domain";
import type { InProcessCa } from "@certmill/sim";
import type { RenewalAnswer } from "../../../packages/server/src/effects/renewal-info.ts";
import { judgePoll } from "../../../packages/server/src/work/judge-poll.ts";
import type { Duties } from "./duties.ts";
import type { Tenancy } from "./tenancy.ts";

/** What work/poll-renewals.ts and store/renewal-polls.ts do, in memory. */
export class Renewals {
  readonly #duties: Duties;
  readonly #ca: InProcessCa;
  asked = 0;

  constructor({ duties, ca }: { readonly duties: Duties; readonly ca: InProcessCa }) {
    this.#duties = duties;
    this.#ca = ca;
  }

  ask(tenancy: Tenancy, now: Instant): void {
    const { certificate: validity, lineage, known, pollFailures: failures } = tenancy;
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
    const told = judgePoll(poll, this.#answer(tenancy, now), now);
    tenancy.known = told.known;
    tenancy.pollFailures = told.failures;
    lineage.window = told.known?.window ?? null;
    lineage.isUrgent = told.known?.urgent ?? false;
    this.#duties.set(tenancy, "poll", told.pollAt);
    if (told.renewAt !== null) this.#moveRenewal(tenancy, told.renewAt, now);
  }

  #answer({ certificate }: Tenancy, now: Instant): RenewalAnswer {
    const answer = certificate === null ? null : this.#ca.renewalInfo(certificate, now);
    if (answer === null || answer.kind === "failed") return { kind: "trouble", retryAt: null };
    return { ...answer, explanationUrl: null, etag: null };
  }

  /** One that has failed keeps to its own time of trying again; one that is under way or due goes on. */
  #moveRenewal(tenancy: Tenancy, renewAt: Instant, now: Instant): void {
    tenancy.wantedAt = renewAt;
    const { order } = tenancy.due;
    if (!tenancy.isBusy && tenancy.lineage.failures === 0 && order !== null && order > now)
      this.#duties.set(tenancy, "order", renewAt);
  }
}
