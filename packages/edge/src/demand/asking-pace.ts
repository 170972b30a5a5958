/** Questions to the server in any second: a flood of names that nobody has must not become one of requests. */
const mostASecond = 50;
/** Of these about names of one domain: a flood is mostly of made-up names below one, and others are asked about beside it. */
const mostOfOneDomain = 10;

/** How many questions an edge asks its server. */
export class AskingPace {
  #second = 0;
  #asked = 0;
  readonly #askedByDomain = new Map<string, number>();

  /** @returns whether the server may be asked about a name now, which counts as asked then. */
  take(name: string, now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#asked = 0;
      this.#askedByDomain.clear();
    }
    const domain = domainOf(name);
    const ofDomain = this.#askedByDomain.get(domain) ?? 0;
    if (this.#asked >= mostASecond || ofDomain >= mostOfOneDomain) return false;
    this.#asked += 1;
    this.#askedByDomain.set(domain, ofDomain + 1);
    return true;
  }
}

/** The last two labels, and the three of a name such as `shop.example.co.uk`: near enough to what is registered, without a list. */
const domainOf = (name: string): string => /[^.]+\.(?:[a-z]{2,3}\.[a-z]{2}|[^.]+)$/.exec(name)?.[0] ?? name;
