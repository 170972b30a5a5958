import { ApiError, type ProblemCode, problemTypes, ServerUnreachable } from "@certmill/api";
import { CommandError } from "./command-error.ts";
import { type Ending, endWith } from "./exit-code.ts";
import { printable } from "./terminal/printable.ts";
import { styled } from "./terminal/style.ts";
import { wrapFor } from "./terminal/wrap.ts";

/** An error as the person is told it. */
interface Told {
  readonly code: string;
  readonly message: string;
  /** Each fault of a request, and what to do next; a line each. */
  readonly more: readonly string[];
  readonly ending: Ending;
}

/** Says on standard error why a command failed and what to do next, and sets the exit code. */
export function fail(error: unknown, format: "text" | "json"): void {
  const { code, message, more, ending } = tell(error);
  if (format === "json") {
    process.stderr.write(`${JSON.stringify({ error: { code, message, more } })}\n`);
  } else {
    const [first = "", ...others] = [message, ...more].map(printable);
    const lines = [`${styled("red", "certmill:", process.stderr)} ${first}`, ...others];
    process.stderr.write(`${lines.map((line) => wrapFor(process.stderr, line)).join("\n")}\n`);
  }
  endWith(ending);
}

function tell(error: unknown): Told {
  if (error instanceof ApiError) return tellProblem(error);
  if (error instanceof ServerUnreachable) {
    return { code: error.code, message: error.message, more: [], ending: "unreachable" };
  }
  if (error instanceof CommandError) {
    const { code, message, hint, ending } = error;
    return { code, message, more: hint === null ? [] : hint.split("\n"), ending };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "bug",
    message: "This should not have happened. Please report it with these lines:",
    more: text.split("\n"),
    ending: "failed",
  };
}

function tellProblem({ problem, code, status, retryAfter }: ApiError): Told {
  const faults = (problem.errors ?? [])
    .filter(({ message }) => !problem.detail.includes(message))
    .map(({ path, message }) => `  ${path.replace(/^\//, "")}: ${message}`);
  const hint = isProblemCode(code) ? hints[code]?.(problem.termsOfService) : undefined;
  const wait = retryAfter === null ? [] : [`Try again in ${retryAfter} s.`];
  return {
    code,
    message: hint === undefined ? problem.detail : withoutRemedy(problem.detail, code),
    more: [...faults, ...(hint === undefined ? [] : [hint]), ...wait],
    ending: endingOf(status),
  };
}

function endingOf(status: number): Ending {
  if (status === 401 || status === 403) return "not-allowed";
  if (status === 404) return "not-found";
  return status === 400 || status === 413 || status === 422 ? "usage" : "failed";
}

/** What to do next in the words of the command line, where the server speaks of HTTP. */
const hints: Partial<Record<ProblemCode, (termsOfService: string | undefined) => string>> = {
  "invalid-request": () => "Correct it and run the command again.",
  "domain-removed": () => "Add it again: certmill domain add NAME",
  "campaign-empty": () =>
    "Run the command again with a list of domains that are not here yet, or end it: certmill campaign cancel NAME",
  "token-missing": () =>
    "Name one with --token-file or CERTMILL_TOKEN. The server wrote an admin token to admin-token in its data directory when it first started.",
  "token-rejected": () => "Check which token is used: --token-file, CERTMILL_TOKEN, CERTMILL_TOKEN_FILE.",
  "scope-insufficient": () => "Name a token of that scope with --token-file or CERTMILL_TOKEN.",
  "ca-missing": () =>
    "Add one, for example: certmill ca add letsencrypt --contact ops@example.com --agree-tos",
  "domain-exists": () =>
    "Look at it with `certmill domain show NAME`, or remove it first with `certmill domain remove NAME`.",
  "name-refused": () => "Correct the name and run the command again.",
  "terms-not-agreed": (terms) =>
    `Read them${terms === undefined ? "" : ` at ${terms}`}, then run the command again with --agree-tos.`,
  "account-binding-required": () => "Give what the CA gave you: --eab-kid ID --eab-hmac-key-file FILE",
};

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(problemTypes, code);

/** The server ends its detail with what to do over HTTP: a hint of ours says the same for the command line. */
function withoutRemedy(detail: string, code: string): string {
  const remedy = isProblemCode(code) ? problemTypes[code].remedy : "";
  return detail.endsWith(remedy) ? detail.slice(0, detail.length - remedy.length).trimEnd() : detail;
}
