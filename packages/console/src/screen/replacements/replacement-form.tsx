import { maxSerials, type NewReplacement, operations } from "@certmill/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { CheckField, SelectField, TextAreaField, TextField } from "../../kit/field.tsx";
import { useNotify } from "../../kit/notify.ts";
import { sentenceOf } from "../../server/act.ts";
import { ask, call } from "../../server/ask.ts";
import { counted } from "../../text/number.ts";
import { serialsOf } from "./selection-words.ts";

type Reason = NonNullable<NewReplacement["reason"]>;

const reasons: readonly { readonly value: Reason; readonly label: string }[] = [
  { value: "superseded", label: "superseded: they are replaced" },
  { value: "keyCompromise", label: "key compromise: somebody else has the key" },
  { value: "cessationOfOperation", label: "cessation of operation" },
  { value: "affiliationChanged", label: "affiliation changed" },
  { value: "privilegeWithdrawn", label: "privilege withdrawn" },
  { value: "unspecified", label: "unspecified" },
];

const ways = [
  { value: "issuer", label: "those of an issuer" },
  { value: "ca", label: "those of a CA" },
  { value: "key", label: "those of a key" },
  { value: "profile", label: "those of a profile" },
  { value: "list", label: "a list of serial numbers" },
] as const;

type Way = (typeof ways)[number]["value"];

/** What is to be replaced, and why. It makes a draft, which counts and does nothing else. */
export function ReplacementForm({ onDone }: { readonly onDone: () => void }) {
  const [way, setWay] = useState<Way>("issuer");
  const [value, setValue] = useState("");
  const [reason, setReason] = useState<Reason>("superseded");
  const [thenRevoke, setThenRevoke] = useState(false);
  const draft = useDraft(onDone);
  const choose = (next: Way) => {
    setWay(next);
    setValue("");
  };
  return (
    <DialogForm
      act="Draft it"
      busy={draft.isPending}
      disabled={value.trim() === ""}
      onCancel={onDone}
      onSubmit={() => draft.mutate({ way, value: value.trim(), reason, thenRevoke })}
    >
      <SelectField label="Which certificates" value={way} options={ways} onValue={choose} />
      <ValueField way={way} value={value} onValue={setValue} />
      <SelectField label="Why" value={reason} options={reasons} onValue={setReason} />
      <CheckField
        label="Revoke each once its successor is served"
        checked={thenRevoke}
        onValue={setThenRevoke}
      />
      <p className="small soft">
        A draft counts them and says how long it would take. Nothing is ordered before you start it.
      </p>
    </DialogForm>
  );
}

interface ValueFieldProps {
  readonly way: Way;
  readonly value: string;
  readonly onValue: (value: string) => void;
}

function ValueField({ way, value, onValue }: ValueFieldProps) {
  if (way === "ca") return <CaField value={value} onValue={onValue} />;
  if (way === "list")
    return (
      <TextAreaField
        label="Serial numbers"
        value={value}
        onValue={onValue}
        hint="In hex, one a line or in the first column of a CA's list."
      />
    );
  const text = {
    issuer: { label: "Issuer", hint: "Its common name, such as R12, or all of its name." },
    key: {
      label: "Key",
      hint: "Its SHA-256, or the serial number of a certificate that has it. It is refused from the start on.",
    },
    profile: { label: "Profile", hint: "As it was ordered with, such as shortlived." },
  }[way];
  return (
    <TextField {...text} value={value} onValue={onValue} autoComplete="off" spellCheck={false} required />
  );
}

function CaField({ value, onValue }: Omit<ValueFieldProps, "way">) {
  const { data } = useQuery(ask(operations.listCas, { query: { limit: 100 } }));
  const options = (data?.items ?? []).map(({ name }) => ({ value: name, label: name }));
  return (
    <SelectField
      label="CA"
      value={value}
      options={[{ value: "", label: "choose one" }, ...options]}
      onValue={onValue}
    />
  );
}

interface Wish {
  readonly way: Way;
  readonly value: string;
  readonly reason: Reason;
  readonly thenRevoke: boolean;
}

/** Makes the draft, gives it its list, and goes to it. */
function useDraft(onDone: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const notify = useNotify();
  return useMutation({
    mutationFn: async ({ way, value, reason, thenRevoke }: Wish) => {
      const select = way === "list" ? undefined : { [way]: value };
      const { id } = await call(operations.createReplacement, { body: { select, reason, thenRevoke } });
      const leftOut = way === "list" ? await addSerials(id, serialsOf(value)) : 0;
      return { id, leftOut };
    },
    onSuccess: async ({ id, leftOut }) => {
      if (leftOut > 0)
        notify.bad(
          `${counted(leftOut, "serial number is", "serial numbers are")} of no certificate that is in use here.`,
        );
      onDone();
      await queries.invalidateQueries();
      await navigate({ to: "/replacements/$id", params: { id } });
    },
    onError: (error) => notify.bad(sentenceOf(error)),
  });
}

/** @returns how many of them are of no certificate that could be replaced. */
async function addSerials(id: string, serials: readonly string[]): Promise<number> {
  let leftOut = 0;
  for (let from = 0; from < serials.length; from += maxSerials) {
    const batch = serials.slice(from, from + maxSerials);
    const answer = await call(operations.addReplacementCertificates, {
      params: { id },
      body: { serials: batch },
    });
    leftOut += answer.notHeld.length + answer.unknown.length;
  }
  return leftOut;
}
