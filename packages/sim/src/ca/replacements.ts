import type { Instant } from "@certmill/domain";
import { notFound, Refusal } from "../problem.ts";
import { type Identifier, identifierKey } from "../x509/identifier.ts";
import type { Account } from "./accounts.ts";
import type { Certificate, Certificates } from "./certificates.ts";
import { type Order, orderStatus } from "./order.ts";

/** Which order replaces which certificate: RFC 9773 section 5, with the checks of Boulder. */
export class Replacements {
  readonly #orders = new WeakMap<Certificate, Order | "replaced">();
  readonly #certificates: Certificates;

  constructor(certificates: Certificates) {
    this.#certificates = certificates;
  }

  /**
   * The certificate that an order of `account` for `identifiers` may replace. An order that is open counts as
   * a replacement, so a client that lost its URL has to order without `replaces`.
   *
   * @param replaces as in the payload.
   * @throws Refusal malformed, 404 malformed, alreadyReplaced or unauthorized
   */
  predecessor(
    replaces: unknown,
    { account, identifiers, now }: { account: Account; identifiers: readonly Identifier[]; now: Instant },
  ): Certificate {
    if (typeof replaces !== "string") throw new Refusal("malformed", "replaces is not a text");
    const certificate = this.#certificates.named(replaces);
    if (certificate === null) {
      throw notFound(`request included "replaces" field, but no current certificate is named "${replaces}"`);
    }
    const order = this.#orders.get(certificate);
    if (order === "replaced" || (order !== undefined && orderStatus(order, now) !== "invalid")) {
      const detail = `cannot indicate an order replaces certificate with serial "${certificate.id}", which already has a replacement order`;
      throw new Refusal("alreadyReplaced", detail);
    }
    if (certificate.account !== account) {
      const detail = "requester account did not request the certificate being replaced by this order";
      throw new Refusal("unauthorized", detail);
    }
    const names = new Set(certificate.identifiers.map(identifierKey));
    if (!identifiers.some((each) => names.has(identifierKey(each)))) {
      const detail =
        "identifiers in this order do not match any identifiers in the certificate being replaced";
      throw new Refusal("malformed", detail);
    }
    return certificate;
  }

  /** The order is not kept any longer; that it was fulfilled is. */
  forget(order: Order): void {
    const certificate = order.replaces === null ? null : this.#certificates.named(order.replaces);
    if (certificate === null || this.#orders.get(certificate) !== order) return;
    if (order.result.kind === "issued") this.#orders.set(certificate, "replaced");
    else this.#orders.delete(certificate);
  }

  record(certificate: Certificate, order: Order): void {
    this.#orders.set(certificate, order);
  }
}
