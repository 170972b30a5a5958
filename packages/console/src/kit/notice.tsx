import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";
import type { Tone } from "./mark.tsx";

interface NoticeProps {
  readonly tone: Tone;
  readonly title: ReactNode;
  readonly children?: ReactNode;
}

/** Something the reader should know before going on. */
export function Notice({ tone, title, children }: NoticeProps) {
  return (
    <div className={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "note"}>
      <Icon name={tone} />
      <div className="notice-body">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
}

/** There is nothing here, and what would put something here. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
