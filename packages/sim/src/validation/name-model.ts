import { after, type Instant, seconds } from "@certmill/domain";
import type { Validate, ValidationAttempt } from "../ca/authorizations.ts";
import type { WrongName } from "../dns/name-table.ts";
import type { ProblemDocument } from "../problem.ts";
import type { Appointments } from "./appointments.ts";
import { judgeTexts } from "./dns-challenges.ts";
import { wrongForHttp01 } from "./http-01.ts";
import { wrongForTlsAlpn01 } from "./tls-alpn-01.ts";

/** What a validation that starts now comes to, whatever the kind of challenge. */
export type NameState =
  | { readonly kind: "right" }
  | { readonly kind: "wrong"; readonly how: WrongName }
  /** The challenge is processing for so long, by the CA's clock; then the name is right, or wrong in this way. */
  | { readonly kind: "slow"; readonly seconds: number; readonly outcome?: "right" | WrongName };

/** Which names are right, in place of looking. Names are lower case, without the `*.` of a wildcard. */
export type NameModel = (name: string, now: Instant) => NameState;

/** Validates by a model: without network, and by the CA's clock alone. */
export const modelledValidation =
  (model: NameModel, appointments: Appointments, now: () => Instant): Validate =>
  (attempt, done) => {
    const at = now();
    const state = model(attempt.identifier.value, at);
    switch (state.kind) {
      case "right":
        done(null, at);
        break;
      case "wrong":
        done(wrongProblem(attempt, state.how, at), at);
        break;
      case "slow": {
        const { outcome = "right" } = state;
        const problem = outcome === "right" ? null : wrongProblem(attempt, outcome, at);
        appointments.make(after(at, seconds(state.seconds)), (due) => {
          done(problem, due);
        });
      }
    }
  };

/** As a validation of this kind that really looked would say it. */
function wrongProblem(attempt: ValidationAttempt, as: WrongName, now: Instant): ProblemDocument | null {
  const { type, identifier, token } = attempt;
  switch (type) {
    case "http-01":
      return wrongForHttp01(as, identifier.value, token);
    case "tls-alpn-01":
      return wrongForTlsAlpn01(as, identifier.value);
    case "dns-01":
    case "dns-account-01":
    case "dns-persist-01":
      return judgeTexts({ ...attempt, type }, { names: () => ({ kind: "wrong", as }), texts: [], now });
  }
}
