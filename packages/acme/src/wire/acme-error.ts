import type { AcmeProblem } from "./problem.ts";

/**
 * Why a call to the CA gave no resource.
 *
 * - `problem`: the CA refused; `problem` says why.
 * - `transport`: no whole answer came (name lookup, connection, TLS, deadline). Whether the CA acted on the
 *   request is not known.
 * - `bad-response`: an answer came that RFC 8555 does not allow (shape, size, a missing header).
 * - `not-offered`: the CA's directory has no such resource or profile; nothing was asked.
 * - `invalid`: the order or authorization ended without what it was for; `problem` says why, if the CA does.
 * - `deadline`: the object was still not done when the caller's patience ended. It may be later on.
 */
export type AcmeErrorCode = "problem" | "transport" | "bad-response" | "not-offered" | "invalid" | "deadline";

/** The world's no. Branch on `code` and `problem.type`; the message is for people. */
export class AcmeError extends Error {
  override readonly name = "AcmeError";
  /** What kind of no it is: what to branch on. */
  readonly code: AcmeErrorCode;
  /** The CA's own words: always there for `problem`, perhaps for `invalid`, else null. */
  readonly problem: AcmeProblem | null;

  /** Of an error that brings no problem document. */
  constructor(
    code: Exclude<AcmeErrorCode, "problem" | "invalid">,
    message: string,
    options?: { cause?: unknown },
  );
  /** Of a refusal. */
  constructor(code: "problem", message: string, options: { problem: AcmeProblem });
  /** Of an object that ended badly; `problem` is null when the CA does not say why. */
  constructor(code: "invalid", message: string, options: { problem: AcmeProblem | null });
  constructor(
    code: AcmeErrorCode,
    message: string,
    options: { problem?: AcmeProblem | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.problem = options.problem ?? null;
  }
}
