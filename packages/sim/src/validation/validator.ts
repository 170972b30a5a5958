import type { Duration } from "@certmill/domain";
import type { Validate } from "../ca/authorizations.ts";
import type { NameTable } from "../dns/name-table.ts";
import { type ProblemDocument, problemDocument } from "../problem.ts";
import type { BoundedRunner } from "./bounded-runner.ts";
import { type Http01Attempt, validateHttp01 } from "./http-01.ts";

export interface ValidationPolicy {
  /** From how many places in the network; each has its own source address, 127.0.0.1 and up. */
  readonly perspectives: number;
  /** For all redirects of one perspective together. Real time, whatever the CA's clock says. */
  readonly deadline: Duration;
}

/** Validates challenges for real, in the background. */
export function networkValidation(
  runner: BoundedRunner,
  names: NameTable,
  policy: ValidationPolicy,
): Validate {
  return ({ type, identifier, token, keyAuthorization }, done) => {
    runner.run(async (signal) => {
      const attempt = { host: identifier.value, token, keyAuthorization };
      const problem =
        type === "http-01"
          ? await fromAllPerspectives(attempt, names, policy, signal)
          : unsupportedProblem(type, identifier.value);
      if (!signal.aborted) done(problem);
    });
  };
}

/** Takes the client's word, but for names that are listed as wrong: without network, and at once. */
export function trustingValidation(names: NameTable, real: Validate): Validate {
  return (attempt, done) => {
    if (names(attempt.identifier.value).kind === "wrong") real(attempt, done);
    else done(null);
  };
}

/**
 * The first perspective must see the key authorization, and of the others all but as many as the CA/B
 * Baseline Requirements allow (section 3.2.2.9): 1 of 2 to 5, 2 of 6 or more.
 */
async function fromAllPerspectives(
  attempt: Http01Attempt,
  names: NameTable,
  { perspectives, deadline }: ValidationPolicy,
  ended: AbortSignal,
): Promise<ProblemDocument | null> {
  const look = (from: string | null) =>
    validateHttp01(attempt, { names, from, signal: AbortSignal.any([ended, AbortSignal.timeout(deadline)]) });
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

/** This CA has no DNS to look into and no TLS to speak: the other types always fail. */
function unsupportedProblem(
  type: "dns-01" | "tls-alpn-01" | "dns-persist-01",
  name: string,
): ProblemDocument {
  switch (type) {
    case "dns-01":
      return problemDocument(
        "dns",
        `DNS problem: NXDOMAIN looking up TXT for _acme-challenge.${name} - check that a DNS record exists for this domain`,
      );
    case "dns-persist-01":
      return problemDocument(
        "unauthorized",
        `No valid DNS-PERSIST-01 record found at _validation-persist.${name}`,
      );
    case "tls-alpn-01":
      return problemDocument("connection", "Connection refused");
  }
}
