import { expect, test } from "vitest";
import { retryDeadlock } from "./retry-deadlock.ts";

const refusal = (code: string) => Object.assign(new Error(code), { code });

/** Throws each of the errors in turn, then answers with the number of its calls. */
function failing(...errors: Error[]): () => Promise<number> {
  let calls = 0;
  return async () => {
    calls += 1;
    const error = errors.shift();
    if (error !== undefined) throw error;
    return calls;
  };
}

test("a transaction is tried three times in all", async () => {
  const deadlock = () => refusal("40P01");
  expect(await retryDeadlock(failing())).toBe(1);
  expect(await retryDeadlock(failing(deadlock(), deadlock()))).toBe(3);
  const last = deadlock();
  await expect(retryDeadlock(failing(deadlock(), deadlock(), last))).rejects.toBe(last);
});

test("any other error is thrown at once", async () => {
  const errors = [refusal("40001"), new Error("40P01")];
  for (const error of errors) await expect(retryDeadlock(failing(error))).rejects.toBe(error);
});
