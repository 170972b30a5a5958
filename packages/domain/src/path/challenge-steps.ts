/** The challenge by one address: the connection, each redirect, and who answers in the end. */
import type { Hop, Way, WayOutcome } from "./path-facts.ts";
import type { PathStep } from "./path-step.ts";

type Told = Pick<PathStep, "code" | "state" | "sentence" | "fix">;

const pathText = "/.well-known/acme-challenge/";
const putRule = "Put the rule into this proxy: certmill responder snippet PROXY prints it.";
const spareRedirect = `Leave ${pathText} out of the redirect. HAProxy: "http-request redirect" runs before any "use_backend", and needs "unless certmill_challenge". nginx: a "return" belongs into "location / { }".`;
/** Of a proxy whose backend is away, late, or gone. */
const gatewayErrors = new Set([502, 503, 504]);

export function challengeSteps({ address, hops, outcome }: Way): readonly PathStep[] {
  const isRight = outcome.kind === "answered";
  const redirects = hops.filter(({ location }) => location !== null);
  const told: readonly Told[] = [
    ...(hops.length > 0 || isRight ? [connected(address)] : []),
    ...strangers(hops),
    ...redirects.map((hop) => redirected(hop, isRight)),
    ...(isRight ? [] : caches(hops)),
    end(address, hops, outcome),
  ];
  return told.map((step) => ({ part: "challenge", address, ...step }));
}

const connected = (address: string): Told => ({
  code: "connected",
  state: "right",
  sentence: `${address} takes connections on port 80.`,
  fix: null,
});

/** Who stands before the edge, once each. */
const strangers = (hops: readonly Hop[]): readonly Told[] =>
  [...new Set(hops.map(({ between }) => between))]
    .filter((between) => between !== null)
    .map((between) => ({
      code: "between",
      state: "note",
      sentence: `${between} stands before the edge.`,
      fix: `It has to pass ${pathText} on as it is: without a redirect of its own, and past its cache.`,
    }));

const redirected = (hop: Hop, isRight: boolean): Told => ({
  code: "redirected",
  state: isRight ? "right" : "note",
  sentence: `It redirects to ${hop.location} (${answerOf(hop)}).`,
  fix: null,
});

/** A token is new each time, so a cached answer is that of another one, or of the time before the rule. */
const caches = (hops: readonly Hop[]): readonly Told[] =>
  hops
    .filter(({ cached }) => cached !== null)
    .slice(0, 1)
    .map(({ url, cached }) => ({
      code: "cached",
      state: "wrong",
      sentence: `The answer of ${url} comes out of a cache (${cached}).`,
      fix: `Leave ${pathText} out of the cache, and empty it.`,
    }));

function end(address: string, hops: readonly Hop[], outcome: WayOutcome): Told {
  const last = hops.at(-1);
  const isRedirected = hops.some(({ location }) => location !== null);
  switch (outcome.kind) {
    case "answered":
      return outcome.by === "responder"
        ? right("answered", "The responder's answer comes back.")
        : right("answered-by-edge", "The proxy answers by itself, for an account of this server.");
    case "busy":
      return {
        code: "busy",
        state: "note",
        sentence: `${address} is being asked by too many checks already.`,
        fix: "Try again in a while.",
      };
    case "other-account":
      return wrong(
        "other-account",
        `The proxy answers by itself, with the thumbprint ${outcome.thumbprint}, which is of no account of this server.`,
        "Print its rule anew: certmill responder snippet PROXY --stateless.",
      );
    case "redirect":
      return wrong(
        "probe-redirect",
        `It redirects in a way that no certificate authority follows: ${outcome.detail}.`,
        spareRedirect,
      );
    case "status":
      return statusEnd(last, isRedirected, outcome.detail);
    case "wrong-answer":
      return isRedirected
        ? wrong(
            "redirect-away",
            `The redirect ends at ${outcome.url}, where something else answers: ${outcome.detail}.`,
            spareRedirect,
          )
        : wrong("another-answers", `Something else answers: ${outcome.detail}.`, putRule);
    case "tls":
    case "target-dns":
      return wrong("redirect-dead", deadEnd(outcome), spareRedirect);
    case "unsafe":
      return wrong(
        "probe-unsafe",
        `${outcome.url} leads to an address that is not on the public internet.`,
        "Point it to a public one; CERTMILL_CHECK_ALLOWED_RANGES has what may be reached all the same.",
      );
    case "unreachable":
    case "timeout":
    case "broken":
      return isRedirected
        ? wrong("redirect-dead", deadEnd(outcome), spareRedirect)
        : firstFails(address, { kind: outcome.kind, detail: outcome.detail });
  }
}

function statusEnd(last: Hop | undefined, isRedirected: boolean, status: string): Told {
  const answer = last === undefined ? status : answerOf(last);
  if (last !== undefined && gatewayErrors.has(last.status))
    return wrong(
      "responder-away",
      `${isRedirected ? last.url : "It"} answers ${answer}: no responder stands behind the proxy.`,
      "See that a responder runs where its rule leads, and that the proxy reaches it.",
    );
  if (isRedirected)
    return wrong(
      "redirect-away",
      `The redirect ends at ${last?.url}, which answers ${answer}.`,
      spareRedirect,
    );
  return wrong("not-led-here", `It answers ${answer}: the request does not come to the responder.`, putRule);
}

const deadEnd = ({ url, detail }: { readonly url: string; readonly detail: string }): string =>
  `The redirect leads to ${url}, which does not answer (${detail}).`;

/** What is no fault of the name's. */
const withoutV6 =
  " A server without IPv6 of its own sees it so too: then look from a vantage point that has it.";

const failing = {
  unreachable: ["probe-unreachable", "takes no connection on port 80"],
  timeout: ["probe-timeout", "takes connections on port 80 and does not answer in time"],
  broken: ["probe-broken", "takes connections on port 80 and does not answer HTTP"],
} as const;

function firstFails(
  address: string,
  { kind, detail }: { readonly kind: keyof typeof failing; readonly detail: string },
): Told {
  const [code, what] = failing[kind];
  return wrong(
    code,
    `${address} ${what} (${detail}).`,
    `A certificate authority always begins at port 80: open it there, or take the address out of DNS.${address.includes(":") ? withoutV6 : ""}`,
  );
}

/** `404, by nginx`. */
const answerOf = ({ status, server }: Hop): string => `${status}${server === null ? "" : `, by ${server}`}`;

const right = (code: Told["code"], sentence: string): Told => ({ code, state: "right", sentence, fix: null });
const wrong = (code: Told["code"], sentence: string, fix: string): Told => ({
  code,
  state: "wrong",
  sentence,
  fix,
});
