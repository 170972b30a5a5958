import { Check } from "typebox/value";
import { Problem } from "../problem/problem.ts";

/**
 * The problem in an answer. What is no problem document (a proxy's error page, some other server at this
 * address) becomes one with the code `unexpected-answer`, so that callers have one shape to look at.
 */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  const document = parsed(text);
  if (Check(Problem, document)) return document;
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
