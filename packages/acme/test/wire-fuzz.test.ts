/**
 * Hostile text for every parser of `wire`: the kept corpus, and random text around it. A parser answers or throws
 * AcmeError `bad-response`; nothing else may come out, and work grows with the text, not with its square.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAccount, parseOrderUrls } from "../src/client/account.ts";
import { parseAuthorization } from "../src/client/authorization.ts";
import { parseChallenge } from "../src/client/challenge.ts";
import { parseDirectory } from "../src/client/directory.ts";
import { parseOrder } from "../src/client/order.ts";
import { parseRenewalInfo } from "../src/client/renewal-info.ts";
import { generateAccountKey } from "../src/wire/account-key.ts";
import { AcmeError } from "../src/wire/acme-error.ts";
import { JwsSigner } from "../src/wire/jws.ts";
import { linkTargets } from "../src/wire/link.ts";
import { problemFromResponse } from "../src/wire/problem.ts";
import { parseRetryAfter, retryAtFromText } from "../src/wire/retry-after.ts";
import { secureUrl } from "../src/wire/secure-url.ts";

const NOW = Date.UTC(2026, 10, 22);
const CA = "https://ca.example.com";

const resources: readonly (readonly [name: string, parse: (text: string) => unknown])[] = [
  ["directory", parseDirectory],
  ["account", (text) => parseAccount(text, `${CA}/a`)],
  ["orders", parseOrderUrls],
  ["order", (text) => parseOrder(text, NOW)],
  ["authorization", (text) => parseAuthorization(text, NOW)],
  ["challenge", (text) => parseChallenge(text, NOW)],
  ["renewalInfo", parseRenewalInfo],
];

/** The kept texts of one parser, by file name. */
function corpus(parser: string): readonly (readonly [file: string, text: string])[] {
  const folder = join(import.meta.dirname, "corpus", parser);
  const files = readdirSync(folder).toSorted();
  if (files.length === 0) throw new Error(`there is no corpus for ${parser}`);
  return files.map((file) => [file, readFileSync(join(folder, file), "utf8")]);
}

function mustAnswerOrRefuse(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(AcmeError);
    expect(error).toMatchObject({ code: "bad-response" });
  }
}

/** A text of the corpus with random text put into it. */
function grown(texts: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.nat(), fc.nat(200), fc.string({ unit: "binary", maxLength: 50 }))
    .map(([text, at, cut, more]) => {
      const start = text.length === 0 ? 0 : at % text.length;
      return text.slice(0, start) + more + text.slice(start + cut);
    });
}

/** Texts as long as an answer may be. */
const LONG = 2 ** 20;
const long = (unit: string): string => unit.repeat(Math.ceil(LONG / unit.length)).slice(0, LONG);

describe.each(resources)("the parser of %s", (_, parse) => {
  const texts = corpus("json").map(([, text]) => text);

  it("answers or refuses the corpus", () => {
    for (const text of texts) mustAnswerOrRefuse(() => parse(text));
  });

  it("answers or refuses what grows out of it", () => {
    fc.assert(
      fc.property(grown(texts), (text) => {
        mustAnswerOrRefuse(() => parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it("answers or refuses the longest and deepest texts", () => {
    for (const unit of ["[", '{"a":', '"', " ", "\u0000", '{"status":"pending"},'])
      mustAnswerOrRefuse(() => parse(long(unit)));
  });
});

describe("problems", () => {
  const texts = corpus("problem").map(([, text]) => text);
  const problemOf = (body: string, status = 429) =>
    problemFromResponse({ status, body, headers: { get: () => null } }, `${CA}/o`, NOW);

  it.each(corpus("problem"))("are made of %s", (_, text) => {
    const problem = problemOf(text);
    expect(problem.status).toBe(429);
    expect(typeof problem.detail).toBe("string");
    expect(problem.retryAt === null || Number.isFinite(problem.retryAt)).toBe(true);
    expect(problem.throttling?.kind).toMatch(/^(quota|pause)$/);
  });

  it("are made of what grows out of it", () => {
    fc.assert(
      fc.property(grown(texts), fc.integer({ min: 300, max: 599 }), (text, status) => {
        const problem = problemOf(text, status);
        expect(problem.status).toBe(status);
        expect(problem.retryAt === null || Number.isFinite(problem.retryAt)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("are made of the longest texts", () => {
    for (const unit of ["https://", "visit: https://a", "retry after 2026-11-22 ", "try again in 1", "<"]) {
      const detail = JSON.stringify({ type: "urn:ietf:params:acme:error:rateLimited", detail: long(unit) });
      expect(problemOf(detail).type).toBe("rateLimited");
    }
  });
});

describe("Link", () => {
  const relations = ["next", "index", "up", "alternate", "help"];

  it.each(corpus("link"))("is read from %s", (_, text) => {
    for (const relation of relations) {
      for (const target of linkTargets(text, relation, `${CA}/x/y`)) expect(URL.canParse(target)).toBe(true);
    }
  });

  it("is read from what grows out of it", () => {
    fc.assert(
      fc.property(
        grown(corpus("link").map(([, text]) => text)),
        fc.constantFrom(...relations),
        (text, rel) => {
          for (const target of linkTargets(text, rel, CA)) expect(URL.canParse(target)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is read from the longest headers", () => {
    // A header is 16 KiB at most by Node's own limit; other transports may know none.
    for (const unit of ["<", "<a>", "<a>;rel", "<>;;;;", "<a>; rel = ", '<a>;rel="', "<a>;\t\t\t\t"]) {
      expect(linkTargets(long(unit), "next", CA)).toEqual([]);
    }
  });
});

describe("Retry-After", () => {
  const read = (text: string): number | null => {
    const at = parseRetryAfter(text, NOW);
    expect(at === null || Number.isFinite(at)).toBe(true);
    return at;
  };

  it.each(corpus("retry-after"))("is read from %s", (file, text) => {
    const isWellFormed = /^(ten-digits|imf-fixdate|rfc-850|asctime)\.txt$/.test(file);
    expect(read(text) !== null).toBe(isWellFormed);
  });

  it("is read from what grows out of it, and from any prose", () => {
    fc.assert(
      fc.property(grown(corpus("retry-after").map(([, text]) => text)), (text) => {
        read(text);
        const at = retryAtFromText(`retry after ${text}, try again in ${text}s`, NOW);
        expect(at === null || Number.isFinite(at)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("is read from the longest texts", () => {
    for (const unit of ["9", " ", "Sun, ", "retry after ", "try again in 1."]) {
      expect(read(long(unit))).toBeNull();
      expect(retryAtFromText(long(unit), NOW)).toBeNull();
    }
  });
});

describe("what goes into a JWS", () => {
  const signer = new JwsSigner(generateAccountKey(), { kid: `${CA}/a/1` });

  it("comes out of it, whatever it is", () => {
    const text = fc.string({ unit: "binary", maxLength: 100 });
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (url, nonce, payload) => {
        const jws = JSON.parse(signer.sign(url, nonce, JSON.stringify(payload)));
        const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
        // A lone surrogate has no UTF-8; JSON writes it as an escape.
        expect(decode(jws.protected)).toMatchObject({ url, nonce });
        expect(decode(jws.payload)).toEqual(JSON.parse(JSON.stringify(payload)));
        expect(Object.values(jws).every((part) => /^[\w-]+$/.test(String(part)))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

it("a URL that is taken is https, or of this machine", () => {
  const texts = fc.oneof(
    fc.webUrl(),
    fc.string({ unit: "binary" }),
    fc.constantFrom("http://127.0.0.1@evil.test"),
  );
  fc.assert(
    fc.property(texts, fc.option(fc.webUrl(), { nil: undefined }), (text, base) => {
      const url = secureUrl(text, base);
      if (url === null) return;
      const { protocol, hostname } = new URL(url);
      expect(protocol === "https:" || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)).toBe(true);
    }),
  );
});
