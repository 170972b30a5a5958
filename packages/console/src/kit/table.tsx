import { type KeyboardEventHandler, type ReactNode, useEffect, useRef, useState } from "react";

interface TableProps {
  /** For those who hear it: what the rows are. */
  readonly label: string;
  readonly look?: "plain" | "compared" | "receipts";
  readonly onKeyDown?: KeyboardEventHandler<HTMLTableElement>;
  readonly children: ReactNode;
}

/**
 * A table that may be wider than its place, whatever font a machine has. Where it is, it scrolls by itself, by the keyboard too:
 * it is a stop of the Tab key then, and only then.
 */
export function Table({ label, look = "plain", onKeyDown, children }: TableProps) {
  const place = useRef<HTMLDivElement>(null);
  const isWider = useIsWider(place);
  const stop = isWider ? { tabIndex: 0, role: "region", "aria-label": label } : {};
  return (
    <div className="table-scroll" ref={place} {...stop}>
      <table
        className={look === "plain" ? "table" : `table ${look}`}
        aria-label={label}
        onKeyDown={onKeyDown}
      >
        {children}
      </table>
    </div>
  );
}

function useIsWider(place: { readonly current: HTMLElement | null }): boolean {
  const [isWider, setWider] = useState(false);
  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const watch = new ResizeObserver(() => setWider(box.scrollWidth > box.clientWidth));
    watch.observe(box);
    for (const inner of box.children) watch.observe(inner);
    return () => watch.disconnect();
  }, [place]);
  return isWider;
}
