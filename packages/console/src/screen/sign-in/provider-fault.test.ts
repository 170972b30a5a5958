import { signInFaults } from "@certmill/api";
import { expect, test } from "vitest";
import { signInSearch } from "../../shell/search-params.ts";
import { providerFault } from "./provider-fault.ts";

test("the code that the server sends somebody back with is told in its sentence", () => {
  for (const [code, sentence] of Object.entries(signInFaults)) {
    const sent = new URLSearchParams(`fault=${code}`);
    const { fault } = signInSearch(Object.fromEntries(sent));
    expect([code, providerFault(fault ?? "")]).toEqual([code, sentence]);
  }
});

test("what is no code of ours, or a name of JavaScript's own, is told as that", () => {
  for (const code of ["", "new-one", "constructor", "__proto__"])
    expect(providerFault(code)).toContain("did not work");
});
