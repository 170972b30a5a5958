import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from "react";

interface Labelled {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
}

type TextFieldProps = Labelled &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
    readonly value: string;
    readonly onValue: (value: string) => void;
  };

/** A line of text with its label, what it is for, and what is wrong with it. */
export function TextField({ label, hint, fault, onValue, ...rest }: TextFieldProps) {
  const { id, described } = useFieldIds({ hint, fault });
  return (
    <FieldFrame id={id} label={label} hint={hint} fault={fault}>
      <input
        {...rest}
        id={id}
        className="input"
        aria-describedby={described}
        aria-invalid={fault === undefined ? undefined : true}
        onChange={(event) => onValue(event.target.value)}
      />
    </FieldFrame>
  );
}

interface TextAreaFieldProps extends Labelled {
  readonly value: string;
  readonly onValue: (value: string) => void;
}

/** Several lines of text. */
export function TextAreaField({ label, hint, fault, value, onValue }: TextAreaFieldProps) {
  const { id, described } = useFieldIds({ hint, fault });
  return (
    <FieldFrame id={id} label={label} hint={hint} fault={fault}>
      <textarea
        id={id}
        className="input mono"
        spellCheck={false}
        aria-describedby={described}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </FieldFrame>
  );
}

type SelectFieldProps<T extends string> = Labelled &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange"> & {
    readonly value: T;
    readonly options: readonly { readonly value: T; readonly label: string }[];
    readonly onValue: (value: T) => void;
  };

/** One of a few: the browser's own, as it works on every phone and with every screen reader. */
export function SelectField<T extends string>({
  label,
  hint,
  fault,
  options,
  onValue,
  ...rest
}: SelectFieldProps<T>) {
  const { id, described } = useFieldIds({ hint, fault });
  return (
    <FieldFrame id={id} label={label} hint={hint} fault={fault}>
      <select
        {...rest}
        id={id}
        className="input"
        aria-describedby={described}
        onChange={(event) => {
          const chosen = options.find(({ value }) => value === event.target.value);
          if (chosen !== undefined) onValue(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onValue: (checked: boolean) => void;
}

export function CheckField({ label, checked, onValue }: CheckFieldProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onValue(event.target.checked)} />
      {label}
    </label>
  );
}

function useFieldIds({ hint, fault }: Pick<Labelled, "hint" | "fault">) {
  const id = useId();
  const described = [hint === undefined ? "" : `${id}-hint`, fault === undefined ? "" : `${id}-fault`];
  return { id, described: described.join(" ").trim() || undefined };
}

function FieldFrame({
  id,
  label,
  hint,
  fault,
  children,
}: Labelled & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {fault === undefined ? null : (
        <p id={`${id}-fault`} className="field-fault">
          {fault}
        </p>
      )}
    </div>
  );
}
