import { useLayoutEffect, useRef } from "react";

interface MeterProps {
  readonly value: number;
  readonly most: number;
  /** What it measures, for those who do not see it. */
  readonly label: string;
  readonly tone?: "good" | "warn" | "bad";
}

/** How much of a whole is left or done: the number stands beside it. */
export function Meter({ value, most, label, tone = "good" }: MeterProps) {
  const share = most === 0 ? 0 : Math.min(1, value / most);
  return (
    <div
      className={`meter meter-${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuenow={Math.min(value, most)}
    >
      <Bar share={share} />
    </div>
  );
}

/** A part of its parent's width. */
export function Bar({
  share,
  className = "meter-bar",
}: {
  readonly share: number;
  readonly className?: string;
}) {
  const bar = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => bar.current?.style.setProperty("width", `${share * 100}%`), [share]);
  return <span className={className} ref={bar} />;
}
