import { type ReactNode, useState } from "react";
import { Dialog } from "./dialog.tsx";
import { DialogForm } from "./dialog-form.tsx";
import { TextField } from "./field.tsx";

interface ConfirmFormProps {
  readonly onClose: () => void;
  /** What it means, in sentences. */
  readonly children: ReactNode;
  /** On the button: what is done. */
  readonly act: string;
  /** To be typed first, where it cannot be undone; null: a press is enough. */
  readonly typed: string | null;
  readonly busy: boolean;
  readonly onConfirm: () => void;
}

interface ConfirmDialogProps extends ConfirmFormProps {
  readonly open: boolean;
  readonly title: string;
}

/** Asks before something is done that others will notice. */
export function ConfirmDialog({ open, title, ...form }: ConfirmDialogProps) {
  return (
    <Dialog open={open} onClose={form.onClose} title={title}>
      <ConfirmForm {...form} />
    </Dialog>
  );
}

function ConfirmForm({ onClose, children, act, typed, busy, onConfirm }: ConfirmFormProps) {
  const [text, setText] = useState("");
  const isRight = typed === null || text.trim().toLowerCase() === typed.toLowerCase();
  return (
    <DialogForm
      act={act}
      look={typed === null ? "main" : "danger"}
      disabled={!isRight}
      busy={busy}
      onCancel={onClose}
      onSubmit={onConfirm}
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
    </DialogForm>
  );
}
