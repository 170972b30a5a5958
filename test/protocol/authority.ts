/** The CAs that the protocol suite runs against, as the suite sees them. */
import { milliseconds } from "@certmill/domain";
import { startSimCa } from "@certmill/sim";
import { startPebble } from "../../tools/peers/pebble.ts";
import { type Internet, startInternet } from "./internet.ts";

/** What a test may ask of the CA it starts. */
export interface Wishes {
  /** The keys (base64url) of external accounts by their ids; where there are some, a new account needs one. */
  readonly externalAccountKeys?: Readonly<Record<string, string>>;
  /** The share of good nonces it refuses, in per cent. */
  readonly nonceRejectPercent?: number;
  /** Chains beside the first. */
  readonly alternateChains?: number;
  /** Whether valid authorizations count for later orders. */
  readonly authorizationReuse?: boolean;
  /** Names that it refuses, with all below them. */
  readonly blockedNames?: readonly string[];
}

export interface Authority extends AsyncDisposable {
  readonly directoryUrl: string;
  /** Root of its own HTTPS. */
  readonly httpsRootPem: string | null;
  /** Root of what it issues. */
  issuingRootPem(): Promise<string>;
  readonly internet: Internet;
}

/** What a CA has beside RFC 8555's core. */
export interface Features {
  readonly renewalInfo: boolean;
  /** Whether its renewal information has entity tags. */
  readonly entityTags: boolean;
  /** Names of profiles; none: it has no profiles. */
  readonly profiles: readonly string[];
  readonly preAuthorization: boolean;
  /** Beside http-01, dns-01 and tls-alpn-01. */
  readonly moreChallenges: readonly string[];
  /** Whether it refuses a new key that has an account; Pebble breaks (2.4) or takes it (2.10). */
  readonly strictKeyChange: boolean;
  /** Whether it refuses reasons that a subscriber cannot have; Pebble takes all of RFC 5280's. */
  readonly strictReasons: boolean;
  /** Account keys it takes beside ES256, ES384 and RS256. */
  readonly edDsa: boolean;
}

export interface AuthorityKind {
  readonly name: string;
  readonly features: Features;
  start(wishes?: Wishes): Promise<Authority>;
}

const PROFILES = {
  classic: { description: "90 days", validityPeriod: 90 * 86_400 },
  shortlived: { description: "160 hours", validityPeriod: 160 * 3_600 },
} as const;

/** Pebble as Debian has it; `newer`: with renewal information and profiles, and Retry-After in both forms. */
export function pebbleKind(release: "own" | "newer"): AuthorityKind {
  const isNewer = release === "newer";
  return {
    name: isNewer ? "newer Pebble" : "Debian's Pebble",
    features: {
      renewalInfo: isNewer,
      entityTags: false,
      profiles: isNewer ? Object.keys(PROFILES) : [],
      preAuthorization: false,
      moreChallenges: [],
      strictKeyChange: false,
      strictReasons: false,
      edDsa: false,
    },
    start: async (wishes = {}) => {
      await using opened = new AsyncDisposableStack();
      const internet = opened.use(await startInternet());
      const common = {
        httpPort: internet.httpPort,
        tlsPort: internet.tlsPort,
        textsOf: (name: string) => internet.textsOf(name),
        ordersPerPage: 2,
        authorizationReusePercent: wishes.authorizationReuse === false ? 0 : 100,
        alternateRoots: wishes.alternateChains ?? 0,
        ...(wishes.nonceRejectPercent === undefined ? {} : { nonceRejectPercent: wishes.nonceRejectPercent }),
        ...(wishes.externalAccountKeys === undefined
          ? {}
          : { externalAccountKeys: wishes.externalAccountKeys }),
        ...(wishes.blockedNames === undefined ? {} : { blockedNames: wishes.blockedNames }),
      };
      const pebble = opened.use(
        await (isNewer
          ? startPebble({
              ...common,
              release: "newer",
              profiles: PROFILES,
              retryAfter: { authorization: 1, order: 1 },
            })
          : startPebble(common)),
      );
      const lifetime = opened.move();
      return {
        directoryUrl: pebble.directoryUrl,
        httpsRootPem: pebble.httpsRootPem,
        issuingRootPem: () => pebble.issuingRootPem(),
        internet,
        [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
      };
    },
  };
}

/** The sim CA: all that a CA may have. */
export const simKind: AuthorityKind = {
  name: "the sim CA",
  features: {
    renewalInfo: true,
    entityTags: true,
    profiles: ["classic", "shortlived"],
    preAuthorization: true,
    moreChallenges: ["dns-account-01", "dns-persist-01"],
    strictKeyChange: true,
    strictReasons: true,
    edDsa: true,
  },
  start: async (wishes = {}) => {
    await using opened = new AsyncDisposableStack();
    const internet = opened.use(await startInternet());
    const { externalAccountKeys, nonceRejectPercent = 5, alternateChains = 0, blockedNames = [] } = wishes;
    const ca = opened.use(
      await startSimCa({
        tls: true,
        httpPort: internet.httpPort,
        httpsPort: internet.tlsPort,
        textsOf: (name) => internet.textsOf(name),
        ordersPerPage: 2,
        orderReuse: false,
        authorizationReuse: wishes.authorizationReuse === false ? "none" : "valid",
        retryAfter: { form: "mixed", wait: milliseconds(1) },
        faults: { badNonceRate: nonceRejectPercent / 100 },
        alternateChains,
        blockedNames,
        preAuthorization: true,
        moreChallenges: true,
        externalAccounts:
          externalAccountKeys === undefined ? null : { required: true, keys: externalAccountKeys },
      }),
    );
    const lifetime = opened.move();
    return {
      directoryUrl: ca.directoryUrl,
      httpsRootPem: ca.httpsRootPem,
      issuingRootPem: async () => ca.rootPem,
      internet,
      [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
    };
  },
};
