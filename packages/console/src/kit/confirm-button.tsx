import type { InputOf, Operation } from "@certmill/api";
import { type ReactNode, useState } from "react";
import { type Told, useAct } from "../server/act.ts";
import { useMay } from "../server/session.ts";
import { Button } from "./button.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import type { IconName } from "./icon.tsx";

interface ConfirmButtonProps<O extends Operation> {
  /** What is called; who may not call it does not see the button. */
  readonly operation: O;
  readonly input: Omit<InputOf<O>, "signal">;
  readonly done: Told<O>["done"];
  readonly label: string;
  readonly look?: "plain" | "main" | "danger";
  readonly icon?: IconName;
  readonly title: string;
  /** On the dialog's button. */
  readonly act: string;
  /** To be typed first, where it cannot be undone; null: a press is enough. */
  readonly typed: string | null;
  readonly onDone?: () => void;
  /** What it means, in sentences. */
  readonly children: ReactNode;
}

/** A button for what others will notice: it says what that means, and asks. */
export function ConfirmButton<O extends Operation>(props: ConfirmButtonProps<O>) {
  const { operation, input, done, label, look = "plain", icon, title, act, typed, onDone, children } = props;
  const may = useMay();
  const [isAsked, setAsked] = useState(false);
  const call = useAct(operation, { done });
  if (!may(operation)) return null;
  const after = () => {
    setAsked(false);
    onDone?.();
  };
  return (
    <>
      <Button look={look} {...(icon === undefined ? {} : { icon })} onClick={() => setAsked(true)}>
        {label}
      </Button>
      <ConfirmDialog
        open={isAsked}
        onClose={() => setAsked(false)}
        title={title}
        act={act}
        typed={typed}
        busy={call.isPending}
        onConfirm={() => call.mutate(input, { onSuccess: after })}
      >
        {children}
      </ConfirmDialog>
    </>
  );
}
