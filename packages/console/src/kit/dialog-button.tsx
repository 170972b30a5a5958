import type { Operation } from "@certmill/api";
import { type ReactNode, useState } from "react";
import { useMay } from "../server/session.ts";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import type { IconName } from "./icon.tsx";

interface DialogButtonProps {
  /** Who may not call it does not see the button. */
  readonly needs: Operation;
  readonly label: string;
  /** Of the dialog; else the button's label. */
  readonly title?: string;
  readonly look?: "plain" | "main";
  readonly icon?: IconName;
  /** What stands in the dialog, new each time that it is opened. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button that opens a dialog. */
export function DialogButton({
  needs,
  label,
  title = label,
  look = "plain",
  icon,
  children,
}: DialogButtonProps) {
  const may = useMay();
  const [isOpen, setOpen] = useState(false);
  if (!may(needs)) return null;
  const close = () => setOpen(false);
  return (
    <>
      <Button look={look} {...(icon === undefined ? {} : { icon })} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog open={isOpen} onClose={close} title={title}>
        {children(close)}
      </Dialog>
    </>
  );
}

/** The one thing that a list's screen is most often opened for: something new in it. */
export function AddButton(props: Omit<DialogButtonProps, "look" | "icon">) {
  return <DialogButton {...props} look="main" icon="plus" />;
}
