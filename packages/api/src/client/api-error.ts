import type { Problem } from "../problem/problem.ts";

/** The server understood and said no. Branch on `code`; the message is for people. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: Problem;
  readonly status: number;
  readonly code: string;
  /** Seconds after which the server asks to be tried again; null: it did not say. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, retryAfter: number | null) {
    super(problem.detail);
    this.problem = problem;
    this.status = problem.status;
    this.code = problem.code;
    this.retryAfter = retryAfter;
  }
}
