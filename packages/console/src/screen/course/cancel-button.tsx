import type { InputOf, Operation } from "@certmill/api";
import type { ReactNode } from "react";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import type { CourseState } from "./course-mark.tsx";

interface CancelButtonProps<O extends Operation> {
  readonly state: CourseState;
  readonly operation: O;
  readonly input: Omit<InputOf<O>, "signal">;
  /** What it is, with its article. */
  readonly what: string;
  /** To be typed first; null: a press is enough. */
  readonly typed: string | null;
  /** What it means, in sentences. */
  readonly children: ReactNode;
}

/** Ends what has not ended by itself, for good. */
export function CancelButton<O extends Operation>({ state, what, ...rest }: CancelButtonProps<O>) {
  if (state === "cancelled" || state === "done") return null;
  return (
    <ConfirmButton
      {...rest}
      done={`${what.charAt(0).toUpperCase()}${what.slice(1)} is cancelled.`}
      label="Cancel"
      look="danger"
      title={`Cancel ${what}`}
      act={`Cancel ${what}`}
    />
  );
}
