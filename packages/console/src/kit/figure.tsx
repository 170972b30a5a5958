import type { ReactNode } from "react";

interface FigureProps {
  readonly name: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
}

/** One number that is read at a glance. */
export function Figure({ name, value, note }: FigureProps) {
  return (
    <div className="figure">
      <dt className="figure-name">{name}</dt>
      <dd className="figure-value">{value}</dd>
      {note === undefined ? null : <dd className="figure-note">{note}</dd>}
    </div>
  );
}

export function Figures({ children }: { readonly children: ReactNode }) {
  return <dl className="figures">{children}</dl>;
}
