/** What was seen of one name: by its name servers, and by a request as a CA makes it. */
import type { ChallengeType } from "../issuance/choose-challenge.ts";
import type { CaaRecord } from "./caa.ts";

/** What became of one question to the name servers. `detail` is for a person. */
export type Lookup<T> =
  | { readonly kind: "found"; readonly records: readonly T[] }
  /** The name exists, and has no such record. */
  | { readonly kind: "none" }
  /** The name does not exist. */
  | { readonly kind: "no-name" }
  /** The answer is not what DNSSEC demands: every CA refuses it, though there may be one. */
  | { readonly kind: "dnssec"; readonly detail: string }
  /** No usable answer: an error, silence, servers that know nothing of the name. */
  | { readonly kind: "failed"; readonly detail: string };

export type AliasEnd = "ends" | "circle" | "too-long";

/** The closest CAA records. */
export type CaaFacts =
  | { readonly kind: "set"; readonly at: string; readonly records: readonly CaaRecord[] }
  | { readonly kind: "absent" }
  | { readonly kind: "dnssec" | "failed"; readonly at: string; readonly detail: string };

export type ProbeResult =
  /** What the installation answers came back, from this address. */
  | { readonly kind: "answered"; readonly address: string }
  | {
      readonly kind: ProbeFailure;
      readonly url: string;
      readonly address: string | null;
      readonly detail: string;
    };

/**
 * - `unreachable`: no connection to any address. - `timeout`: connected, and no whole answer in time.
 * - `broken`: connected, and no HTTP answer. - `status`: another status than 200. - `wrong-answer`: 200 from somebody else.
 * - `redirect`: a redirect that no CA follows. - `tls`: a redirect's target whose TLS fails.
 * - `target-dns`: a redirect's target has no address. - `unsafe`: an address that no CA can reach.
 */
export type ProbeFailure =
  | "unreachable"
  | "timeout"
  | "broken"
  | "status"
  | "wrong-answer"
  | "redirect"
  | "tls"
  | "target-dns"
  | "unsafe";

/** Where the record goes that proves a name by DNS-01. */
export type ProofFacts =
  /** Into a zone that we may write: at its own name, or where CNAME records lead from there. */
  | { readonly kind: "ours"; readonly name: string }
  /** CNAME records end at `name`, in no zone of ours, or there are none. `target`: where they should lead; null: no zone of ours takes it. */
  | { readonly kind: "elsewhere"; readonly name: string; readonly target: string | null }
  /** The zone of ours that has the name does not exist in the DNS. */
  | { readonly kind: "no-zone"; readonly zone: string }
  | { readonly kind: "failed"; readonly detail: string };

export interface NameFacts {
  /** In A-labels; a wildcard with its `*.`, while all else is about the name behind it. */
  readonly name: string;
  /** How it is going to be proven; by DNS-01 its addresses are of no matter, and not looked up. */
  readonly challenge: ChallengeType;
  /** The names that its CNAME records lead to, the last of them with the addresses. */
  readonly aliases: readonly string[];
  readonly aliasEnd: AliasEnd;
  /** Addresses in any valid form. */
  readonly v4: Lookup<string>;
  readonly v6: Lookup<string>;
  readonly caa: CaaFacts;
  /** Null: there was nowhere to ask, the place was being asked by too many, or the name is a wildcard. */
  readonly probe: ProbeResult | null;
  /** Null: it is not going to be proven by DNS-01. */
  readonly proof: ProofFacts | null;
}
