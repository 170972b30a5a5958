import { expect, it } from "vitest";
import { AcmeError } from "./acme-error.ts";
import { problemFromJson } from "./problem.ts";

it("has a cause only when there is one", () => {
  expect("cause" in new AcmeError("transport", "cut")).toBe(false);
  expect(new AcmeError("transport", "cut", { cause: "why" }).cause).toBe("why");
});

it("has the CA's words where there are some", () => {
  const problem = problemFromJson({ detail: "no" }, 0);
  expect(new AcmeError("problem", "refused", { problem }).problem).toBe(problem);
  expect(new AcmeError("invalid", "ended", { problem: null }).problem).toBeNull();
  expect(new AcmeError("deadline", "late")).toMatchObject({ name: "AcmeError", problem: null });
});
