import { useId } from "react";

interface RangeProps {
  readonly label: string;
  /** A step from 0 on. */
  readonly value: number;
  readonly most: number;
  /** What the step means: shown, and read out in place of its number. */
  readonly text: string;
  readonly onValue: (step: number) => void;
}

/** A slider in steps; the browser's own, with the keys that everyone's screen reader tells. */
export function Range({ label, value, most, text, onValue }: RangeProps) {
  const id = useId();
  return (
    <div className="field range">
      <div className="range-head">
        <label htmlFor={id} className="field-label">
          {label}
        </label>
        <output htmlFor={id}>{text}</output>
      </div>
      <input
        id={id}
        type="range"
        min={0}
        max={most}
        value={value}
        aria-valuetext={text}
        onChange={({ target }) => onValue(Number(target.value))}
      />
    </div>
  );
}
