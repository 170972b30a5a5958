import type { Duration, Instant } from "@certmill/domain";
import type { Validate, ValidationAttempt } from "../ca/authorizations.ts";
import type { NameTable } from "../dns/name-table.ts";
import type { ProblemDocument } from "../problem.ts";
import type { BoundedRunner } from "./bounded-runner.ts";
import { type TextsOf, validateByTexts } from "./dns-challenges.ts";
import { validateHttp01 } from "./http-01.ts";
import { validateTlsAlpn01 } from "./tls-alpn-01.ts";
import type { View } from "./view.ts";

export interface ValidationPolicy {
  readonly names: NameTable;
  readonly textsOf: TextsOf;
  /** The CA's clock, by which DNS records can end. */
  readonly now: () => Instant;
  /** From how many places in the network; each has its own source address, 127.0.0.1 and up. */
  readonly perspectives: number;
  /** For all redirects of one perspective together. Real time, whatever the CA's clock says. */
  readonly deadline: Duration;
}

/** Validates challenges for real, in the background. */
export function networkValidation(runner: BoundedRunner, policy: ValidationPolicy): Validate {
  return (attempt, done) => {
    runner.run(async (signal) => {
      const problem = await validate(attempt, policy, signal);
      if (!signal.aborted) done(problem, policy.now());
    });
  };
}

/** Takes the client's word, but for names that are listed as wrong: without network, and at once. */
export function trustingValidation(names: NameTable, real: Validate, now: () => Instant): Validate {
  return (attempt, done) => {
    if (names(attempt.identifier.value).kind === "wrong") real(attempt, done);
    else done(null, now());
  };
}

async function validate(
  attempt: ValidationAttempt,
  policy: ValidationPolicy,
  ended: AbortSignal,
): Promise<ProblemDocument | null> {
  const { type, identifier, token, keyAuthorization } = attempt;
  switch (type) {
    case "http-01":
      return await fromAllPerspectives(policy, ended, async (view) =>
        validateHttp01({ host: identifier.value, token, keyAuthorization }, view),
      );
    case "tls-alpn-01":
      return await fromAllPerspectives(policy, ended, async (view) => validateTlsAlpn01(attempt, view));
    case "dns-01":
    case "dns-account-01":
    case "dns-persist-01": {
      const { names, textsOf, now } = policy;
      return await validateByTexts({ ...attempt, type }, { names, textsOf, now: now() });
    }
  }
}

/**
 * The first perspective must see the key authorization, and of the others all but as many as the CA/B
 * Baseline Requirements allow (section 3.2.2.9): 1 of 2 to 5, 2 of 6 or more.
 */
async function fromAllPerspectives(
  { names, perspectives, deadline }: ValidationPolicy,
  ended: AbortSignal,
  validateFrom: (view: View) => Promise<ProblemDocument | null>,
): Promise<ProblemDocument | null> {
  const look = (from: string | null) =>
    validateFrom({ names, from, signal: AbortSignal.any([ended, AbortSignal.timeout(deadline)]) });
  const primary = await look(null);
  if (primary !== null || perspectives === 1) return primary;
  const remotes = perspectives - 1;
  const allowed = remotes < 2 ? 0 : remotes < 6 ? 1 : 2;
  const answers = await Promise.all(
    Array.from({ length: remotes }, (_, index) => look(`127.0.0.${index + 2}`)),
  );
  const problems = answers.filter((answer) => answer !== null);
  const [first] = problems;
  if (first === undefined || problems.length <= allowed) return null;
  return { ...first, detail: `During secondary validation: ${first.detail}` };
}
