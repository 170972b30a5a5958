import type { InputOf, Operation } from "@certmill/api";
import { ActButton } from "./act-button.tsx";

interface PauseButtonProps<Pause extends Operation, Resume extends Operation> {
  /** Paused: it stands still; running: it goes on; in any other it does neither. */
  readonly state: string;
  readonly pause: Pause;
  readonly resume: Resume;
  /** Both are about the same thing. */
  readonly input: Omit<InputOf<Pause> & InputOf<Resume>, "signal">;
  /** What is told when it stands still, and when it goes on. */
  readonly told: readonly [paused: string, resumed: string];
}

/** What goes on is paused; what stands still is resumed. */
export function PauseButton<Pause extends Operation, Resume extends Operation>({
  state,
  pause,
  resume,
  input,
  told,
}: PauseButtonProps<Pause, Resume>) {
  switch (state) {
    case "running":
      return <ActButton operation={pause} input={input} done={told[0]} label="Pause" icon="pause" />;
    case "paused":
      return <ActButton operation={resume} input={input} done={told[1]} label="Resume" icon="play" />;
    default:
      return null;
  }
}
