import type { ReactNode } from "react";
import { Button } from "./button.tsx";

interface DialogFormProps {
  /** On the button: what is done. */
  readonly act: string;
  readonly look?: "main" | "danger";
  readonly disabled?: boolean;
  readonly busy: boolean;
  readonly onCancel: () => void;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}

/** What is asked in a dialog, with how to go on and how to leave it. */
export function DialogForm({
  act,
  look = "main",
  disabled = false,
  busy,
  onCancel,
  onSubmit,
  children,
}: DialogFormProps) {
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!disabled) onSubmit();
      }}
    >
      {children}
      <footer className="dialog-foot">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look={look} disabled={disabled} busy={busy}>
          {act}
        </Button>
      </footer>
    </form>
  );
}
