import { type ReactNode, useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";

interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What it means, in sentences. */
  readonly children: ReactNode;
  /** On the button: what is done. */
  readonly act: string;
  /** To be typed first, where it cannot be undone; null: a press is enough. */
  readonly typed: string | null;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}

/** Asks before something is done that others will notice. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <ConfirmForm {...props} />
    </Dialog>
  );
}

function ConfirmForm({ onClose, children, act, typed, busy, onConfirm }: ConfirmDialogProps) {
  const [text, setText] = useState("");
  const isRight = typed === null || text.trim().toLowerCase() === typed.toLowerCase();
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) onConfirm();
      }}
    >
      <div className="dialog-text">{children}</div>
      {typed === null ? null : (
        <TextField
          label={`Type ${typed} to confirm`}
          value={text}
          onValue={setText}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      <footer className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look={typed === null ? "main" : "danger"} disabled={!isRight} busy={busy}>
          {act}
        </Button>
      </footer>
    </form>
  );
}
