import type { InputOf, Operation } from "@certmill/api";
import { type Told, useAct } from "../server/act.ts";
import { useMay } from "../server/session.ts";
import { Button } from "./button.tsx";
import type { IconName } from "./icon.tsx";

interface ActButtonProps<O extends Operation> {
  /** What is called; who may not call it does not see the button. */
  readonly operation: O;
  readonly input: Omit<InputOf<O>, "signal">;
  readonly done: Told<O>["done"];
  readonly label: string;
  readonly look?: "plain" | "main";
  readonly icon?: IconName;
}

/** A button for what can be taken back: a press is enough. */
export function ActButton<O extends Operation>({
  operation,
  input,
  done,
  label,
  ...rest
}: ActButtonProps<O>) {
  const may = useMay();
  const call = useAct(operation, { done });
  if (!may(operation)) return null;
  return (
    <Button {...rest} busy={call.isPending} onClick={() => call.mutate(input)}>
      {label}
    </Button>
  );
}
