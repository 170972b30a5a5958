import type { AcmeProblem } from "./problem.ts";

/**
 * Why a call to the CA gave no resource.
 *
 * - `problem`: the CA refused; `problem` says why.
 * - `transport`: no whole answer came (name lookup, connection, TLS, deadline). Whether the CA acted on the
 *   request is not known.
 * - `bad-response`: an answer came that RFC 8555 does not allow (shape, size, a missing header).
 */
export type AcmeErrorCode = "problem" | "transport" | "bad-response";

/** The world's no. Branch on `code` and `problem.type`; the message is for people. */
export class AcmeError extends Error {
  override readonly name = "AcmeError";
  readonly code: AcmeErrorCode;
  /** The CA's own words; null unless `code` is `problem`. */
  readonly problem: AcmeProblem | null;

  constructor(code: Exclude<AcmeErrorCode, "problem">, message: string, options?: { cause?: unknown });
  constructor(code: "problem", message: string, options: { problem: AcmeProblem });
  constructor(
    code: AcmeErrorCode,
    message: string,
    options: { problem?: AcmeProblem; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problem = options.problem ?? null;
  }
}
