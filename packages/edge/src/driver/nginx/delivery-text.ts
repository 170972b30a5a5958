import type { KeyPair } from "../../install/check-key-pair.ts";

/** A certificate as nginx's Lua takes it: a line for each name, then PEM (`delivery.lua`). */
export const deliveryText = (names: readonly string[], { chainPem, keyPem }: KeyPair): string =>
  `${names.map((name) => `name ${name}\n`).join("")}${chainPem}\n${keyPem}`;
