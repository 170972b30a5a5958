import { TextField } from "./field.tsx";

interface NameFieldProps {
  readonly value: string;
  readonly onValue: (name: string) => void;
  readonly hint?: string;
}

/** What something is called here, as the API takes such names. */
export function NameField(props: NameFieldProps) {
  return (
    <TextField
      {...props}
      label="Name"
      required
      pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
      maxLength={100}
      title="Letters, digits, dots, hyphens and underscores."
      autoComplete="off"
    />
  );
}
