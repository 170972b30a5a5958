import type { Problem } from "../problem/problem.ts";

/**
 * The problem in an answer. What is no problem document (a proxy's error page, some other server at this
 * address) becomes one with the code `unexpected-answer`, so that callers have one shape to look at.
 */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const document = parsed(text);
  if (isProblem(document)) return document;
  const server = response.url === "" ? "the server" : new URL(response.url).origin;
  return {
    type: "about:blank",
    title: "An answer that is not Certmill's",
    status: response.status,
    detail: `${server} answered ${response.status} ${response.statusText} without saying why. Is it a Certmill server, and is the proxy before it in order?`,
    code: "unexpected-answer",
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** By hand: TypeBox's check would be a third of what a command loads. */
function isProblem(document: unknown): document is Problem {
  if (typeof document !== "object" || document === null) return false;
  const fields: { readonly [Field in keyof Problem]?: unknown } = document;
  const { type, title, status, detail, code, errors = [], termsOfService = "" } = fields;
  const texts = [type, title, detail, code, termsOfService];
  return (
    texts.every((text) => typeof text === "string") &&
    Number.isInteger(status) &&
    Array.isArray(errors) &&
    errors.every(isRequestFault)
  );
}

const isRequestFault = (fault: unknown): boolean =>
  typeof fault === "object" &&
  fault !== null &&
  "path" in fault &&
  typeof fault.path === "string" &&
  "message" in fault &&
  typeof fault.message === "string";
