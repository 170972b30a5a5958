/** What the API needs of the parts of the server that it does not import; compose.ts puts them in. */
import type { ReadinessPart, SignInFault } from "@certmill/api";
import type {
  CaFacts,
  CaForCheck,
  Checked,
  HeldCertificate,
  HeldTwin,
  NamesToCheck,
  PathStep,
  ToldByEdge,
  WebhookAnswer,
} from "@certmill/domain";
import type { NewCa } from "../store/accounts.ts";
import type { CertificateToStore } from "../store/decision/commit-issued.ts";
import type { PersonRole } from "../store/schema/access.ts";
import type { KeyType } from "../store/schema/key.ts";
import type { Sealed } from "../store/secrets.ts";
import type { RecordedReceipt } from "../store/write/receipts.ts";
import type { SessionTerms } from "./sign-in/begin-session.ts";

export interface AccountRequest {
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  /** `mailto:` URLs. */
  readonly contact: readonly string[];
  readonly termsAgreed: boolean;
  readonly binding: { readonly keyId: string; readonly hmacKey: string } | null;
  /** Of an account that there is, as PEM; null: one is made. */
  readonly keyPem: string | null;
}

export type AccountOutcome =
  | {
      readonly kind: "made";
      readonly account: NewCa["account"];
      /** What the CA's directory says that CAA records call it. */
      readonly caaIdentities: readonly string[];
      readonly profiles: readonly string[];
    }
  | { readonly kind: "terms"; readonly url: string }
  | { readonly kind: "binding-required" }
  | { readonly kind: "bad-key"; readonly detail: string }
  | { readonly kind: "closed"; readonly status: string }
  | { readonly kind: "refused"; readonly problem: { readonly detail: string } }
  | { readonly kind: "unreachable"; readonly detail: string };

/** Makes an account at a CA. It has a deadline of its own. */
export type MakeAccount = (request: AccountRequest) => Promise<AccountOutcome>;

/** Asks a CA for its directory, once. It has a deadline of its own. */
export type AskDirectory = (ca: {
  readonly directoryUrl: string;
  readonly rootPem: string | null;
  readonly signal: AbortSignal;
}) => Promise<CaFacts["directory"]>;

/** Looks at all names of a certificate now. It has a deadline of its own. */
export type CheckNames = (
  names: NamesToCheck,
  cas: readonly CaForCheck[],
  signal: AbortSignal,
) => Promise<Checked>;

/** Follows a name's challenge path now. It has a deadline of its own. */
export type FollowPath = (
  path: {
    readonly name: string;
    readonly held: HeldCertificate | null;
    readonly twin: HeldTwin;
    readonly told: readonly ToldByEdge[];
    readonly byDns: boolean;
  },
  signal: AbortSignal,
) => Promise<readonly PathStep[]>;

/** Encrypts what is to be stored and never shown. */
export type SealText = (text: string) => Sealed;

/** Writes a record of a random name into the zone, looks for it, takes it away. */
export type TryZone = (
  zone: string,
  signal: AbortSignal,
) => Promise<{
  readonly zone: string;
  readonly record: string;
  readonly steps: readonly {
    readonly step: "write" | "look" | "remove";
    readonly fault: string | null;
    readonly durationMs: number;
  }[];
}>;

/** The private key in the clear, as PKCS #8 PEM. */
export type OpenKey = (sealed: Sealed) => string;

/** A certificate that came from another program; its key is sealed. */
export interface ReadCertificate {
  readonly names: readonly string[];
  readonly certificate: CertificateToStore;
  readonly key: Sealed;
  readonly keyType: KeyType;
}

/** Reads it, and says why where it cannot be served now. */
export type ReadImported = (pems: {
  readonly chainPem: string;
  readonly keyPem: string;
}) =>
  | { readonly ok: true; readonly read: ReadCertificate }
  | { readonly ok: false; readonly code: string; readonly reason: string };

export interface KeyRotation {
  /** The id of the key-encryption key that seals now. */
  readonly currentKeyId: () => string;
  /** Wraps every data key with it. @returns how many were not yet. */
  readonly rewrapAll: () => Promise<number>;
}

/** One part of readiness; `check` answers null when all is well, else the reason in a sentence. */
export interface ReadinessCheck {
  readonly part: ReadinessPart["part"];
  readonly check: () => Promise<string | null>;
}

/** What webhooks need of the keys and of the network. */
export interface WebhookPorts {
  readonly seal: (secret: Uint8Array) => Sealed;
  /** Sends one message, signed with these secrets. It has a deadline of its own. */
  readonly send: (
    message: {
      readonly url: string;
      readonly secrets: readonly Sealed[];
      readonly id: string;
      readonly body: string;
    },
    signal: AbortSignal,
  ) => Promise<{ readonly answer: WebhookAnswer; readonly detail: string }>;
}

/** Told of each thing that is new in an edge's word on what it serves. */
export type OnDelivered = (receipt: RecordedReceipt) => void;

/** The span of a request, by its header `traceparent`, as it is kept with what it asks for; null: there is none to keep. */
export type AskedTrace = (traceparent: unknown) => string | null;

/** How people sign in. */
export interface SignInPorts {
  /** Whether with a password of Certmill's own. */
  readonly local: boolean;
  /** Null: by no provider. */
  readonly oidc: OidcPort | null;
  readonly terms: SessionTerms;
}

/** The sign-in provider. Each call that goes there has a deadline of its own. */
export interface OidcPort {
  /** What its button says. */
  readonly name: string;
  /** How long somebody may be away there. */
  readonly loginSeconds: number;
  /** Where the browser is to go, and what it is to bring back, which it cannot read; null: the provider is away. */
  readonly start: (returnTo: string) => Promise<{ readonly url: string; readonly login: string } | null>;
  /** Who it is that came back with this query and brought this; null: nothing. */
  readonly finish: (
    query: string,
    login: string | null,
  ) => Promise<
    | {
        readonly kind: "person";
        readonly who: string;
        readonly displayName: string;
        readonly role: PersonRole;
        /** By name; null: bound to none. */
        readonly tenant: string | null;
        readonly returnTo: string;
      }
    | { readonly kind: "refused"; readonly fault: SignInFault; readonly detail: string }
  >;
  /** Where the browser signs out of it, too; null: it offers no such thing, or is away. */
  readonly endUrl: () => Promise<string | null>;
}
