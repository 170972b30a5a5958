import type { CheckFinding } from "@certmill/api";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { wrapFor } from "./wrap.ts";

/** Each finding with its code: what is wrong, and what to change. */
export const findingLines = (findings: readonly CheckFinding[]): readonly string[] =>
  findings.map(({ code, weight, sentence }) => {
    const word = weight === "fault" ? styled("red", "wrong") : styled("yellow", "note ");
    return `${word}  ${wrapFor(process.stdout, `${printable(sentence)} [${code}]`, 7)}`;
  });
