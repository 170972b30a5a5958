import type { ReactNode } from "react";
import { count, share } from "../text/number.ts";
import { Bar } from "./meter.tsx";

export interface Part {
  readonly key: string;
  readonly label: ReactNode;
  readonly value: number;
  /** The class that colours it: `tone-good`, `tone-other`. */
  readonly look: string;
}

/** Parts of a whole as one bar, and as a list with their numbers. */
export function ShareBar({ label, parts }: { readonly label: string; readonly parts: readonly Part[] }) {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  return (
    <div className="share" role="group" aria-label={label}>
      <div className="share-bar" aria-hidden="true">
        {parts.map(({ key, value, look }) =>
          value === 0 ? null : <Bar key={key} share={value / total} className={`share-part ${look}`} />,
        )}
      </div>
      <ul className="share-list">
        {parts.map(({ key, label: name, value, look }) => (
          <li key={key} className="share-item">
            <span className={`share-key ${look}`} aria-hidden="true" />
            <span>{name}</span>
            <span className="number">{count(value)}</span>
            <span className="number soft">{total === 0 ? "–" : share(value / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
