/** How often one may try a password. */
import { createHash } from "node:crypto";
import { type Limit, minutes, seconds } from "@certmill/domain";
import type { CountedAttempts } from "../../store/write/sign-in-pace.ts";
import { networkOf } from "../caller/client-address.ts";

/** From one address, whatever the name: an office behind one address is many people. */
const byAddress: Limit = { burst: 30, count: 1, period: seconds(10) };
/** For one name, from wherever. Whoever guesses has 1,440 a day. */
const byName: Limit = { burst: 10, count: 1, period: minutes(1) };

export const nameKey = (name: string): Uint8Array => keyOf("name", name);

/** The address first: who is refused there leaves the name alone. */
export const countedFor = (address: string | null, name: string): CountedAttempts[] => [
  { key: keyOf("address", networkOf(address)), limit: byAddress },
  { key: nameKey(name), limit: byName },
];

const keyOf = (kind: string, text: string): Uint8Array =>
  createHash("sha256").update(`${kind}\n${text}`).digest();
