import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { after, days, type Instant } from "@certmill/domain";
import { Refusal } from "../problem.ts";
import { isRecord } from "../record.ts";

/** One click at the portal ends so many pauses (Boulder, unpause/unpause.go). */
const MOST_AT_ONCE = 50_000;
/** An identifier that was unpaused is not paused again before this has gone by (Boulder, sa/sa.go). */
const GRACE = days(14);
/** A link to the portal is good for two weeks (community.letsencrypt.org/t/229642). */
const LINK_LIFE = days(14);

type Pause = { readonly kind: "paused" } | { readonly kind: "unpaused"; readonly at: Instant };

/** Which identifiers are paused, by account: an order with one of them is refused until a person ends it. */
export class Pauses {
  readonly #byAccount = new Map<string, Map<string, Pause>>();
  readonly #linkKey = randomBytes(32);
  readonly #portal: string;

  /** @param portal the page where they are ended, without the query. */
  constructor(portal: string) {
    this.#portal = portal;
  }

  /** Whether it is paused now, which it is not soon after it was unpaused. */
  pause(accountId: string, name: string, now: Instant): boolean {
    const names = this.#byAccount.get(accountId) ?? new Map<string, Pause>();
    const before = names.get(name);
    if (before?.kind === "unpaused" && now < after(before.at, GRACE)) return false;
    this.#byAccount.set(accountId, names.set(name, { kind: "paused" }));
    return true;
  }

  /** All that are paused for this account, the first that was is first. */
  of(accountId: string): readonly string[] {
    const names = this.#byAccount.get(accountId) ?? new Map<string, Pause>();
    return [...names].filter(([, { kind }]) => kind === "paused").map(([name]) => name);
  }

  /** Those of these names that are paused. */
  among(accountId: string, names: readonly string[]): readonly string[] {
    const paused = this.#byAccount.get(accountId);
    return paused === undefined ? [] : names.filter((name) => paused.get(name)?.kind === "paused");
  }

  /**
   * Ends the pauses of an account, or of one of its names: at most 50,000 at once.
   *
   * @returns the names.
   */
  unpause(accountId: string, now: Instant, only?: string): readonly string[] {
    const names = this.of(accountId).filter((name) => only === undefined || name === only);
    const ended = names.slice(0, MOST_AT_ONCE);
    for (const name of ended) this.#byAccount.get(accountId)?.set(name, { kind: "unpaused", at: now });
    return ended;
  }

  /** 429 without Retry-After: time does not help. */
  refusal(accountId: string, paused: readonly string[], now: Instant): Refusal {
    const link = `${this.#portal}?jwt=${this.#signed({ sub: accountId, exp: after(now, LINK_LIFE) })}`;
    return new Refusal(
      "rateLimited",
      `Your account is temporarily prevented from requesting certificates for ${paused.join(", ")} and possibly others. Please visit: ${link}`,
    );
  }

  /** Whose pauses a link of ours ends; `null`: it is none, or too old. */
  accountOfLink(jwt: string, now: Instant): string | null {
    const [content = "", mac = ""] = jwt.split(/\.(?=[^.]*$)/);
    const right = Buffer.from(this.#mac(content));
    const given = Buffer.from(mac);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
    const claims: unknown = JSON.parse(Buffer.from(content.split(".")[1] ?? "", "base64url").toString());
    if (!isRecord(claims) || Number(claims["exp"]) < now) return null;
    return String(claims["sub"]);
  }

  #signed(claims: { readonly sub: string; readonly exp: Instant }): string {
    const content = [{ alg: "HS256", typ: "JWT" }, claims].map((each) =>
      Buffer.from(JSON.stringify(each)).toString("base64url"),
    );
    return `${content.join(".")}.${this.#mac(content.join("."))}`;
  }

  #mac(content: string): string {
    return createHmac("sha256", this.#linkKey).update(content).digest("base64url");
  }
}
