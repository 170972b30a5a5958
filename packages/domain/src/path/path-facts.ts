/** What was seen on the way of a challenge, from a name's records to whoever answers, and of TLS beside it. */
import type { View } from "../check/judge-views.ts";
import type { AliasEnd, Lookup, ProbeFailure } from "../check/name-facts.ts";
import type { Instant } from "../time/instant.ts";

/** One answer on the way. */
export interface Hop {
  readonly url: string;
  readonly status: number;
  /** Where it leads on; null: it does not. */
  readonly location: string | null;
  /** What it calls itself (`Server`); null: nothing. */
  readonly server: string | null;
  /** A known network or cache that has put its headers there, such as `Cloudflare`; null: none. */
  readonly between: string | null;
  /** The header that tells of a cached answer; null: none does. */
  readonly cached: string | null;
}

export type WayOutcome =
  /** `edge`: the proxy itself, with the thumbprint of an account of the installation. */
  | { readonly kind: "answered"; readonly by: "responder" | "edge" }
  /** The token is answered, with the thumbprint of no account of the installation. */
  | { readonly kind: "other-account"; readonly thumbprint: string }
  /** It was being asked by too many others. */
  | { readonly kind: "busy" }
  | { readonly kind: ProbeFailure; readonly url: string; readonly detail: string };

export type TlsSeen =
  | {
      readonly kind: "served";
      /** As certificates are stored by: see `serialNumber`. */
      readonly serial: string;
      readonly names: readonly string[];
      readonly notAfter: Instant;
    }
  | { readonly kind: "unreachable" | "failed"; readonly detail: string }
  /** It was not asked: too many others ask, or it is where nobody is asked. */
  | { readonly kind: "unasked" };

/** All that was seen by one address of the name. */
export interface Way {
  readonly address: string;
  readonly hops: readonly Hop[];
  readonly outcome: WayOutcome;
  /** Of a pair: what a client sees that verifies ECDSA only. */
  readonly tls: TlsSeen;
  /** What a client sees that verifies RSA only; null: no pair is held. */
  readonly rsaTls: TlsSeen | null;
}

export interface PathFacts {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly aliasEnd: AliasEnd;
  readonly v4: Lookup<string>;
  readonly v6: Lookup<string>;
  /** One for each address, as far as they were asked. */
  readonly ways: readonly Way[];
  /** What vantage points see. */
  readonly afar: readonly View[];
}

/** The certificate that is to be served. */
export interface HeldCertificate {
  /** As certificates are stored by: see `serialNumber`. */
  readonly serial: string;
  /** Of those before it. */
  readonly earlier: readonly string[];
}

/** The RSA certificate beside it. `lacking`: there is to be one, and none is issued; null: it is no pair. */
export type HeldTwin = HeldCertificate | "lacking" | null;

/** What an edge last said of it. */
export interface ToldByEdge {
  readonly edge: string;
  /** Whether of the RSA certificate. */
  readonly ofTwin: boolean;
  readonly isCurrent: boolean;
  /** Null: it is served. */
  readonly error: string | null;
}
