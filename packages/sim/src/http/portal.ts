import type { Instant } from "@certmill/domain";
import type { Limits } from "../limits/limits.ts";
import { notFound, Refusal } from "../problem.ts";
import type { Reply } from "./reply.ts";

/** Where Boulder has the page that ends pauses. */
export const PORTAL_PATH = "/sfe/v1/unpause";

/**
 * The page that a paused account is sent to. GET shows its names and a button; POST ends the pauses.
 *
 * @param path with the query that the refusal's link has.
 * @throws Refusal
 */
export function portalReply(
  { method, path }: { readonly method: string; readonly path: string },
  limits: Limits,
  now: Instant,
): Reply {
  const jwt = new URLSearchParams(path.split("?")[1]).get("jwt") ?? "";
  const accountId = limits.pauses.accountOfLink(jwt, now);
  if (accountId === null) throw notFound("This link is none of ours, or too old");
  if (method === "POST") {
    const names = limits.unpause(accountId, now);
    return page(`<p>${names.length} unpaused: ${escaped(names.slice(0, 100).join(", "))}</p>`);
  }
  if (method !== "GET") throw new Refusal("malformed", "Method not allowed", { status: 405 });
  const names = limits.pauses.of(accountId);
  return page(
    `<p>${names.length} paused: ${escaped(names.slice(0, 100).join(", "))}</p>` +
      '<form method="post"><button>Please unpause my account</button></form>',
  );
}

const page = (body: string): Reply => ({
  status: 200,
  headers: {},
  content: { kind: "html", text: `<!doctype html><title>Unpause</title>${body}\n` },
});

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
