import { ApiError, type Problem } from "@certmill/api";

/** The problem that a call is refused with; a call that succeeds fails the test. */
export async function problemOf(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return error.problem;
    throw error;
  }
  throw new Error("The call was expected to be refused, and was not.");
}

export const codeOf = async (call: Promise<unknown>): Promise<string> => (await problemOf(call)).code;
