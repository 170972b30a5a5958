import { type DragEvent, useId, useRef, useState } from "react";

interface ListFileFieldProps {
  readonly onFile: (file: File | null) => void;
}

/** A list of domains: chosen, or dropped on it. */
export function ListFileField({ onFile }: ListFileFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (input.current === null || event.dataTransfer.files.length === 0) return;
    // Its name is then shown where that of a chosen one is.
    input.current.files = event.dataTransfer.files;
    onFile(event.dataTransfer.files[0] ?? null);
  };
  return (
    <div
      className="drop"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label htmlFor={id} className="field-label">
        Choose a list, or drop it here
      </label>
      <input
        id={id}
        ref={input}
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        className="input-file"
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onFile(target.files?.[0] ?? null)}
      />
      <p id={`${id}-hint`} className="field-hint">
        CSV with the columns domain, tenant, aliases, or one name a line.
      </p>
    </div>
  );
}
