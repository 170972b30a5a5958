import { Type } from "typebox";

/** What a person may do, the least first: each may do what those before it may. */
export const roles = ["viewer", "support", "operator", "admin"] as const;

export const Role = Type.Enum([...roles], {
  description:
    "`viewer` reads; `support` also checks, orders and adds single domains; `operator` also runs campaigns, CAs, limits, edges, and removes and revokes; `admin` also has tokens, keys, people and sessions.",
});
export type Role = (typeof roles)[number];

/** Whether somebody with the role `has` may do what takes the role `takes`. */
export const roleSuffices = (has: Role, takes: Role): boolean => roles.indexOf(has) >= roles.indexOf(takes);
