import { type ReactNode, useEffect } from "react";

interface ScreenProps {
  readonly title: string;
  /** One sentence that says what the screen is for, or how things stand. */
  readonly lead?: ReactNode;
  /** Beside the title. */
  readonly mark?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A whole screen: its title, which is the document's too, and what can be done on it. */
export function Screen({ title, lead, mark, actions, children }: ScreenProps) {
  useEffect(() => {
    document.title = `${title} · Certmill`;
  }, [title]);
  return (
    <div className="screen">
      <header className="screen-head">
        <div className="screen-title">
          <h1>{title}</h1>
          {mark}
        </div>
        {actions === undefined ? null : <div className="screen-actions">{actions}</div>}
        {lead === undefined ? null : <div className="screen-lead">{lead}</div>}
      </header>
      {children}
    </div>
  );
}
