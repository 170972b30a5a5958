/** Makes our account at a CA, with a key of its own. */
import {
  AcmeClient,
  AcmeError,
  type AcmeProblem,
  type Directory,
  type ExternalAccountBinding,
  generateAccountKey,
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
  | { readonly kind: "refused"; readonly problem: AcmeProblem }
  | { readonly kind: "unreachable"; readonly detail: string };

export interface AccountTools {
  readonly keyRing: KeyRing;
  readonly now: () => number;
  readonly openTransport: OpenTransport;
  readonly signal: AbortSignal;
}

export async function makeAccount(request: AccountRequest, tools: AccountTools): Promise<AccountOutcome> {
  const { directoryUrl, rootPem, contact, termsAgreed, binding } = request;
  const { keyRing, now, openTransport, signal } = tools;
  try {
    await using transport = openTransport(rootPem);
    const key = generateAccountKey();
    const client = new AcmeClient({ directoryUrl, transport, key, now });
    const { meta } = await client.directory(signal);
    const missing = whatIsMissing(meta, request);
    if (missing !== null) return missing;
    const account = await client.newAccount(
      {
        contact,
        ...(termsAgreed ? { termsOfServiceAgreed: true } : {}),
        ...(binding === null ? {} : { externalAccountBinding: binding }),
      },
      signal,
    );
    return {
      kind: "made",
      account: {
        url: account.url,
        key: seal(keyRing, Buffer.from(key.toPem())),
        thumbprint: key.thumbprint,
        contact,
      },
      caaIdentities: meta.caaIdentities,
      profiles: Object.keys(meta.profiles),
    };
  } catch (error) {
    return whyNot(error);
  }
}

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
