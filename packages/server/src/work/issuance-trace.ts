/** What traces say of an issuance: a step is named after its effect, and storing what follows is one of its own. */
import { effectOf, type IssuanceState, type LiveState } from "@certmill/domain";
import type { Outcome } from "../effects/perform.ts";

interface TracedStep {
  readonly name: string;
  readonly attributes: StepFacts;
}

interface StepEnd {
  /** A code; null: it went well. */
  readonly fault: string | null;
  readonly attributes: StepFacts;
}

type StepFacts = Readonly<Record<string, string | number | boolean>>;

/** Runs a step for whoever traces; `endOf` says how it ended. */
export type Within = <T>(
  step: TracedStep,
  act: () => Promise<T>,
  endOf: (result: T) => StepEnd,
) => Promise<T>;

/** @param again whether it may have been done before, by a worker that then fell silent. */
export const tracedStep = (state: LiveState, again: boolean): TracedStep => ({
  name: effectOf(state),
  attributes: {
    "certmill.state": state.kind,
    "certmill.again": again,
    "certmill.faults": state.faults,
    ...("polls" in state ? { "certmill.polls": state.polls } : {}),
  },
});

export const stepEnd = ({ input }: Outcome): StepEnd => ({
  fault: input.kind === "fault" ? input.fault.code : null,
  attributes: { "certmill.result": input.kind },
});

export const tracedCommit = (kind: IssuanceState["kind"]): TracedStep => ({
  name: "commit",
  attributes: { "certmill.state": kind },
});

export const commitEnd = (isAccepted: boolean): StepEnd => ({
  fault: isAccepted ? null : "claim-lost",
  attributes: {},
});
