import type { Delivery } from "../driver.ts";

/** Under these handshake.lua finds it: a twin beside the certificate that it finds under the names themselves. */
export const labelsOf = ({ twinOf, names }: Pick<Delivery, "twinOf" | "names">): readonly string[] =>
  twinOf === null ? names : names.map((name) => `rsa:${name}`);

/** A certificate as nginx's Lua takes it: a line for each name, then PEM (`delivery.lua`). */
export function deliveryText(delivery: Pick<Delivery, "twinOf" | "names" | "pair">): string {
  const { chainPem, keyPem } = delivery.pair;
  return `${labelsOf(delivery)
    .map((label) => `name ${label}\n`)
    .join("")}${chainPem}\n${keyPem}`;
}
