import type { ProblemDocument } from "../problem.ts";

/** What a request is answered with. Nonce, index link and Retry-After policy are the listener's. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content:
    | { readonly kind: "none" }
    | { readonly kind: "json"; readonly value: object }
    | { readonly kind: "problem"; readonly value: ProblemDocument }
    | { readonly kind: "chain"; readonly pem: string }
    | { readonly kind: "html"; readonly text: string };
}

export function jsonReply(value: object, headers: Record<string, string> = {}, status = 200): Reply {
  return { status, headers, content: { kind: "json", value } };
}

/** To a conditional request: the client has it already. */
export const unchangedReply = (headers: Record<string, string>): Reply => ({
  status: 304,
  headers,
  content: { kind: "none" },
});
