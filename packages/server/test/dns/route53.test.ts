/** Route 53's API of 2013-04-01, as far as record sets go: a set is taken away only when all of it is told. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { route53 } from "../../src/dns/route53.ts";
import { providerSuite } from "./provider-suite.ts";
import { type Asked, type ScriptedApi, startScriptedApi, type Told } from "./scripted-api.ts";

/** The quoted texts of each name, sorted. */
const sets = new Map<string, readonly string[]>();
let api: ScriptedApi;

beforeAll(async () => {
  api = await startScriptedApi(answer);
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
});

const xmlns = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
const quoted = (text: string): string => text.replaceAll('"', "&quot;");
const setXml = (name: string, texts: readonly string[]): string =>
  `<ResourceRecordSet><Name>${name}.</Name><Type>TXT</Type><TTL>60</TTL><ResourceRecords>${texts
    .map((text) => `<ResourceRecord><Value>${quoted(text)}</Value></ResourceRecord>`)
    .join("")}</ResourceRecords></ResourceRecordSet>`;
const refusal = (code: string, message: string): Told => ({
  status: 400,
  body: `<ErrorResponse ${xmlns}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

function answer({ method, path, query, headers, body }: Asked): Told {
  if (!headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=key-id/"))
    return refusal("InvalidClientTokenId", "The security token is invalid");
  if (!/^\/2013-04-01\/hostedzone\/Z1\/rrset\/?$/.test(path)) return refusal("NoSuchHostedZone", "No zone");
  return method === "GET" ? list(query.get("name") ?? "") : change(String(body));
}

function list(name: string): Told {
  // The first from the name on, as names are sorted there.
  const at = [...sets.keys()].toSorted().find((each) => each >= name);
  const found = at === undefined ? "" : setXml(at, sets.get(at) ?? []);
  return {
    status: 200,
    body: `<ListResourceRecordSetsResponse ${xmlns}><ResourceRecordSets>${found}</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>`,
  };
}

/** All changes or none. */
function change(xml: string): Told {
  const next = new Map(sets);
  for (const [, one = ""] of xml.matchAll(/<Change>(.*?)<\/Change>/gs)) {
    const value = (tag: string): string => new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(one)?.[1] ?? "";
    const texts = [...one.matchAll(/<Value>(.*?)<\/Value>/gs)].map(([, text = ""]) =>
      text.replaceAll("&quot;", '"'),
    );
    const name = value("Name").replace(/\.$/, "");
    const isSame = String(next.get(name)?.toSorted()) === String(texts.toSorted());
    if (value("Action") === "DELETE" ? !isSame || !next.delete(name) : next.has(name))
      return refusal("InvalidChangeBatch", "The set is another one");
    if (value("Action") === "CREATE") next.set(name, texts);
  }
  sets.clear();
  for (const [name, texts] of next) sets.set(name, texts);
  return {
    status: 200,
    body: `<ChangeResourceRecordSetsResponse ${xmlns}><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status><SubmittedAt>2026-01-01T00:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>`,
  };
}

const provider = (hostedZoneId = "Z1") =>
  route53({ hostedZoneId, accessKeyId: "key-id", secretAccessKey: "a-secret-key", url: api.url });

providerSuite({
  provider,
  textsOf: async (name) => (sets.get(name) ?? []).map((text) => text.slice(1, -1)),
});

test("a zone that it does not have is told in its words, and not the key", async () => {
  const record = { zone: "zone.test", name: "_acme-challenge.zone.test", text: "text" };
  const adding = provider("Z2").add(record, AbortSignal.timeout(10_000));
  await expect(adding).rejects.toThrow(/NoSuchHostedZone/);
  await expect(adding).rejects.not.toThrow(/a-secret-key/);
});
