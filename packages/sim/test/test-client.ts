import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  FlattenedSign,
  generateKeyPair,
  type JWK,
  type JWSHeaderParameters,
} from "jose";
import type { TestSite } from "./test-site.ts";

/** JSON as the CA sent it; the tests look into it. */
export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Json;
}

/** Whatever a test wants to be wrong in one request. */
export interface Tampering {
  readonly header?: JWSHeaderParameters;
  readonly signingKey?: CryptoKey;
  readonly contentType?: string;
  readonly editJws?: (jws: Json) => unknown;
  /** Sign by the key itself though there is an account. */
  readonly byJwk?: boolean;
}

/** The least ACME client there can be. It is the tests' own, made of `jose`, `fetch` and `openssl`. */
export class TestClient {
  accountUrl: string | null = null;
  directory: Json = {};
  readonly algorithm: string;
  readonly key: CryptoKey;
  readonly jwk: JWK;
  readonly thumbprint: string;

  private constructor(algorithm: string, key: CryptoKey, jwk: JWK, thumbprint: string) {
    this.algorithm = algorithm;
    this.key = key;
    this.jwk = jwk;
    this.thumbprint = thumbprint;
  }

  /** @param algorithm of the account's key, as JWS names it. */
  static async create(directoryUrl: string, algorithm = "ES256"): Promise<TestClient> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    const jwk = await exportJWK(publicKey);
    const client = new TestClient(algorithm, privateKey, jwk, await calculateJwkThumbprint(jwk));
    client.directory = (await (await fetch(directoryUrl)).json()) as Json;
    return client;
  }

  /** A client that has an account already. */
  static async registered(directoryUrl: string): Promise<TestClient> {
    const client = await TestClient.create(directoryUrl);
    await client.register();
    return client;
  }

  async register(payload: Json = { termsOfServiceAgreed: true }): Promise<Answer> {
    const answer = await this.post(this.url("newAccount"), payload);
    if (answer.status < 300) this.accountUrl = answer.headers.get("location");
    return answer;
  }

  url(member: string): string {
    return String(this.directory[member]);
  }

  async nonce(): Promise<string> {
    const response = await fetch(this.url("newNonce"), { method: "HEAD" });
    return String(response.headers.get("replay-nonce"));
  }

  /** @param payload `null` is POST-as-GET. */
  async post(url: string, payload: Json | null, tampering: Tampering = {}): Promise<Answer> {
    const signer =
      this.accountUrl === null || tampering.byJwk === true ? { jwk: this.jwk } : { kid: this.accountUrl };
    const header = { alg: this.algorithm, nonce: await this.nonce(), url, ...signer, ...tampering.header };
    const content = new TextEncoder().encode(payload === null ? "" : JSON.stringify(payload));
    const jws = await new FlattenedSign(content)
      .setProtectedHeader(header)
      .sign(tampering.signingKey ?? this.key);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": tampering.contentType ?? "application/jose+json" },
      body: JSON.stringify(tampering.editJws?.({ ...jws }) ?? jws),
    });
    return await readAnswer(response);
  }

  async newOrder(...names: readonly string[]): Promise<Answer> {
    return await this.post(this.url("newOrder"), {
      identifiers: names.map((value) => ({ type: "dns", value })),
    });
  }

  /** The http-01 challenge of each of an order's authorizations. */
  async challenges(
    order: Json,
  ): Promise<{ authorization: string; name: string; url: string; token: string }[]> {
    const found = [];
    for (const authorization of order["authorizations"] as string[]) {
      const { json } = await this.post(authorization, null);
      const challenge = (json["challenges"] as Json[]).find(({ type }) => type === "http-01");
      const name = String((json["identifier"] as Json)["value"]);
      found.push({
        authorization,
        name,
        url: String(challenge?.["url"]),
        token: String(challenge?.["token"]),
      });
    }
    return found;
  }

  /** Validates all of an order by publishing on `site`, and waits for the CA's word. @returns the order. */
  async validated(site: TestSite, ...names: readonly string[]): Promise<Json & { readonly url: string }> {
    const { json, headers } = await this.newOrder(...names);
    for (const { url, token } of await this.challenges(json)) {
      site.publish(token, this.thumbprint);
      await this.post(url, {});
    }
    const url = String(headers.get("location"));
    return { ...(await this.settled(url, "pending")), url };
  }

  /** Posts one challenge and waits for its end. @returns the problem of its challenge, or `null`. */
  async attempt(order: Json): Promise<Json | null> {
    const [challenge] = await this.challenges(order);
    if (challenge === undefined) throw new Error("the order has no authorization");
    await this.post(challenge.url, {});
    const authorization = await this.settled(challenge.authorization, "pending");
    const [tried] = authorization["challenges"] as Json[];
    return (tried?.["error"] as Json | undefined) ?? null;
  }

  /** Asks until the status is another than these. */
  async settled(url: string, ...whilst: readonly string[]): Promise<Json> {
    for (;;) {
      const { json } = await this.post(url, null);
      if (!whilst.includes(String(json["status"]))) return json;
    }
  }
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as Json) : {},
  };
}

/** Short problem type and status, which most tests ask for. */
export const problemOf = ({ status, json }: Answer): string =>
  `${status} ${String(json["type"]).replace("urn:ietf:params:acme:error:", "")}`;

/** Runs openssl; its standard output. Rejects when it fails. */
export async function openssl(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("openssl", [...args], { timeout: 20_000 })).stdout;
}

export interface Csr {
  /** base64url, as finalize wants it. */
  readonly csr: string;
  readonly der: Buffer;
  readonly keyPem: string;
}

/** A PKCS#10 request made by openssl. @param names as openssl writes them: `DNS:a.example.com`, `IP:127.0.0.1`. */
export async function certificateRequest(
  names: readonly string[],
  { subject = "/", keyPem = null }: { readonly subject?: string; readonly keyPem?: string | null } = {},
): Promise<Csr> {
  const folder = await mkdtemp(join(tmpdir(), "sim-csr-"));
  try {
    const key = keyPem ?? ecKeyPem();
    await writeFile(join(folder, "key.pem"), key);
    const alternativeNames = names.length === 0 ? [] : ["-addext", `subjectAltName=${names.join(",")}`];
    const out = join(folder, "csr.der");
    const base = ["req", "-new", "-key", join(folder, "key.pem"), "-subj", subject];
    await openssl(...base, ...alternativeNames, "-outform", "DER", "-out", out);
    const der = await readFile(out);
    return { csr: der.toString("base64url"), der, keyPem: key };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const ecKeyPem = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ format: "pem", type: "pkcs8" })
    .toString();
