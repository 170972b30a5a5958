import type { Clause } from "./clause.ts";
import { accountClauses } from "./rfc8555/accounts.ts";
import { challengeClauses } from "./rfc8555/challenges.ts";
import { messageClauses } from "./rfc8555/messages.ts";
import { operationClauses } from "./rfc8555/operation.ts";
import { orderClauses, resourceClauses } from "./rfc8555/orders.ts";

/** RFC 8555, in the order of its sections. Section 9 registers names, and section 10 binds servers only. */
export const rfc8555: readonly Clause[] = [
  ...messageClauses,
  ...resourceClauses,
  ...accountClauses,
  ...orderClauses,
  ...challengeClauses,
  ...operationClauses,
];
