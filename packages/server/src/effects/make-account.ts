/** Makes our account at a CA, with a key of its own; or takes one that there is. */
import {
  type AccountKey,
  AcmeClient,
  AcmeError,
  type AcmeProblem,
  accountKeyFromPem,
  type Directory,
  type ExternalAccountBinding,
  generateAccountKey,
  type NewAccountRequest,
} from "@certmill/acme";
import { seal } from "../keys/envelope.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { NewCa } from "../store/accounts.ts";
import type { OpenTransport } from "./ca-connections.ts";

export interface AccountRequest {
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  /** `mailto:` URLs. */
  readonly contact: readonly string[];
  readonly termsAgreed: boolean;
  readonly binding: ExternalAccountBinding | null;
  /** Of an account that there is, as PEM: nothing is made then. null: an account is made. */
  readonly keyPem: string | null;
}

/** Each outcome but `made` left nothing behind, here or at the CA. */
export type AccountOutcome =
  | {
      readonly kind: "made";
      readonly account: NewCa["account"];
      /** What the CA's directory says that CAA records call it. */
      readonly caaIdentities: readonly string[];
      /** Certificate profiles that it offers. */
      readonly profiles: readonly string[];
    }
  /** The terms of service at `url` must be agreed to first. */
  | { readonly kind: "terms"; readonly url: string }
  | { readonly kind: "binding-required" }
  /** What was given is no key that could sign for an account. */
  | { readonly kind: "bad-key"; readonly detail: string }
  /** The CA has an account with that key, and it is closed for good. */
  | { readonly kind: "closed"; readonly status: string }
  | { readonly kind: "refused"; readonly problem: AcmeProblem }
  | { readonly kind: "unreachable"; readonly detail: string };

export interface AccountTools {
  readonly keyRing: KeyRing;
  readonly now: () => number;
  readonly openTransport: OpenTransport;
  readonly signal: AbortSignal;
}

export async function makeAccount(request: AccountRequest, tools: AccountTools): Promise<AccountOutcome> {
  const { directoryUrl, rootPem, keyPem } = request;
  const { keyRing, now, openTransport, signal } = tools;
  const given = keyPem === null ? null : keyOf(keyPem);
  if (typeof given === "string") return { kind: "bad-key", detail: given };
  try {
    await using transport = openTransport(rootPem);
    const key = given ?? generateAccountKey();
    const client = new AcmeClient({ directoryUrl, transport, key, now });
    const { meta } = await client.directory(signal);
    const missing = given === null ? whatIsMissing(meta, request) : null;
    if (missing !== null) return missing;
    const account = await client.newAccount(
      given === null ? newAccount(request) : { onlyReturnExisting: true },
      signal,
    );
    if (account.status !== "valid") return { kind: "closed", status: account.status };
    return {
      kind: "made",
      account: {
        url: account.url,
        key: seal(keyRing, Buffer.from(key.toPem())),
        thumbprint: key.thumbprint,
        contact: given === null ? request.contact : account.contact,
      },
      caaIdentities: meta.caaIdentities,
      profiles: Object.keys(meta.profiles),
    };
  } catch (error) {
    return whyNot(error);
  }
}

/** The key, or what is wrong with it. */
function keyOf(pem: string): AccountKey | string {
  try {
    return accountKeyFromPem(pem);
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

const newAccount = ({ contact, termsAgreed, binding }: AccountRequest): NewAccountRequest => ({
  contact,
  ...(termsAgreed ? { termsOfServiceAgreed: true } : {}),
  ...(binding === null ? {} : { externalAccountBinding: binding }),
});

function whatIsMissing(
  meta: Directory["meta"],
  { termsAgreed, binding }: AccountRequest,
): AccountOutcome | null {
  if (meta.termsOfService !== null && !termsAgreed) return { kind: "terms", url: meta.termsOfService };
  if (meta.externalAccountRequired && binding === null) return { kind: "binding-required" };
  return null;
}

/** What is wrong with the URL (TypeError) is told as if it could not be reached: the sentence says why. */
function whyNot(error: unknown): AccountOutcome {
  if (error instanceof AcmeError && error.problem !== null) {
    if (error.problem.type === "externalAccountRequired") return { kind: "binding-required" };
    return { kind: "refused", problem: error.problem };
  }
  if (error instanceof AcmeError || error instanceof TypeError)
    return { kind: "unreachable", detail: error.message };
  throw error;
}
