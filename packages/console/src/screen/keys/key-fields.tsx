import { SelectField, TextField } from "../../kit/field.tsx";
import type { KeyChoice } from "./key-choice.ts";

interface KeyFieldsProps {
  readonly choice: KeyChoice;
  readonly onChange: (choice: KeyChoice) => void;
  /** What says it where this does not: `the edge group`. */
  readonly above: string;
  /** Whether the policy and the type may be left to what stands above. */
  readonly mayInherit: boolean;
}

const policies = [
  { value: "new", label: "new for each certificate" },
  { value: "keep", label: "kept for some renewals" },
  { value: "shared", label: "one for all of them" },
] as const;

const types = [
  { value: "p256", label: "p256" },
  { value: "p256+rsa2048", label: "p256 and rsa2048, a certificate of each" },
] as const;

const meanings: Readonly<Record<KeyChoice["policy"], string | undefined>> = {
  inherit: undefined,
  new: "A key that leaks is good for one certificate.",
  keep: "For pins on a key: it is changed only now and then.",
  shared: "Whoever takes it from one edge has it for all of them.",
};

/** Which keys certificates have, and how long they are kept. */
export function KeyFields({ choice, onChange, above, mayInherit }: KeyFieldsProps) {
  const put = (part: Partial<KeyChoice>) => onChange({ ...choice, ...part });
  const inherited = mayInherit ? [{ value: "inherit" as const, label: `as ${above} has it` }] : [];
  return (
    <>
      <SelectField
        label="Keys"
        value={choice.policy}
        options={[...inherited, ...policies]}
        onValue={(policy) => put({ policy })}
        hint={meanings[choice.policy]}
      />
      {choice.policy === "keep" ? (
        <TextField
          label="Renewals with the same key"
          type="number"
          min={1}
          max={9_999}
          required
          value={choice.renewals}
          onValue={(renewals) => put({ renewals })}
        />
      ) : null}
      <SelectField
        label="Key type"
        value={choice.keyType}
        options={[...inherited, ...types]}
        onValue={(keyType) => put({ keyType })}
        hint="For domains that do not say."
      />
      <TextField
        label="Days an unused key is kept"
        type="number"
        min={0}
        max={3_650}
        value={choice.kept}
        onValue={(kept) => put({ kept })}
        hint={`Then it is destroyed. Empty: as ${above} has it.`}
      />
    </>
  );
}
