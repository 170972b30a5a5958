import { Icon, type IconName } from "./icon.tsx";

/** What a state means for the reader; it chooses the colour, and the icon says it again. */
export type Tone = "good" | "busy" | "wait" | "warn" | "bad" | "rest";

interface MarkProps {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName | undefined;
}

/** A state: an icon and a word, and a colour that says nothing more than these. */
export function Mark({ tone, word, icon = tone }: MarkProps) {
  return (
    <span className={`mark mark-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
