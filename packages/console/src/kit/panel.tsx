import { type ReactNode, useId } from "react";

interface PanelProps {
  readonly title: string;
  /** Beside the title: what it is of, or a link that leads on. */
  readonly aside?: ReactNode;
  /** What is in it goes to its edges, as a table does. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a screen with its heading. */
export function Panel({ title, aside, flush = false, className = "", children }: PanelProps) {
  const heading = useId();
  return (
    <section className={`panel ${flush ? "panel-flush" : ""} ${className}`} aria-labelledby={heading}>
      <header className="panel-head">
        <h2 id={heading}>{title}</h2>
        {aside === undefined ? null : <div className="panel-aside">{aside}</div>}
      </header>
      <div className="panel-body">{children}</div>
    </section>
  );
}
