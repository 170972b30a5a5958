import type { ProblemCode, RequestFault } from "@certmill/api";

/** The API's "no": becomes the problem document of its code. Thrown by handlers, answered by problem-handler.ts. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ProblemCode;
  readonly errors: readonly RequestFault[] | null;
  readonly termsOfService: string | null;
  /** Seconds after which the same may succeed; null: that is not known. */
  readonly retryAfter: number | null;

  /** @param detail what happened this time, as a sentence; the remedy of the problem's type follows it. */
  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly errors?: readonly RequestFault[];
      readonly termsOfService?: string;
      readonly retryAfter?: number;
    } = {},
  ) {
    super(detail);
    this.code = code;
    this.errors = more.errors ?? null;
    this.termsOfService = more.termsOfService ?? null;
    this.retryAfter = more.retryAfter ?? null;
  }
}

/** A request with one fault, which no schema tells. */
export const oneFault = (path: string, message: string): Refusal =>
  new Refusal("invalid-request", "The request has one fault.", { errors: [{ path, message }] });
