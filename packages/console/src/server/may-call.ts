import type { Operation, Session } from "@certmill/api";

/** In the order of what they may: each may what those before it may. */
export const roles = ["viewer", "support", "operator", "admin"] as const;

/** Whether somebody may call an operation: what they may not is not offered. The server judges again. */
export function mayCall(
  { role, tenant }: Pick<Session, "role" | "tenant">,
  operation: Pick<Operation, "role" | "scopes">,
): boolean {
  if (operation.role === null) return false;
  const isAboutThemselves = operation.scopes.length === 0;
  if (tenant !== null && !isAboutThemselves && !operation.scopes.includes("tenant")) return false;
  return roles.indexOf(role) >= roles.indexOf(operation.role);
}
