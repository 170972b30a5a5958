import { builtInDirectories, operations } from "@certmill/api";
import { useState } from "react";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { CheckField, TextField } from "../../kit/field.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { useAct } from "../../server/act.ts";
import { wordsOf } from "../../text/words.ts";

/** A further CA: an account is made there, or the one of an external account binding is used. */
export function AddCaForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [directory, setDirectory] = useState("letsencrypt");
  const [contact, setContact] = useState("");
  const [keyId, setKeyId] = useState("");
  const [hmacKey, setHmacKey] = useState("");
  const [termsAgreed, setTermsAgreed] = useState(false);
  const add = useAct(operations.addCa, { done: (ca) => `${ca.name} is there.` });
  return (
    <DialogForm
      act="Add it"
      busy={add.isPending}
      onCancel={onDone}
      onSubmit={() => {
        const eab = keyId === "" ? undefined : { keyId, hmacKey };
        add.mutate(
          { body: { name, directory, contact: wordsOf(contact), termsAgreed, eab } },
          { onSuccess: onDone },
        );
      }}
    >
      <div className="form">
        <NameField value={name} onValue={setName} hint="What you call it here." />
        <TextField
          label="Directory"
          value={directory}
          onValue={setDirectory}
          required
          hint={`A URL, or ${Object.keys(builtInDirectories).join(", ")}.`}
        />
        <TextField
          label="Contact"
          type="email"
          multiple
          value={contact}
          onValue={setContact}
          hint="For the CA's notices; may be empty."
        />
        <TextField
          label="Key id"
          value={keyId}
          onValue={setKeyId}
          hint="External account binding, where the CA wants it."
        />
        <TextField
          label="HMAC key"
          type="password"
          autoComplete="off"
          value={hmacKey}
          onValue={setHmacKey}
          hint="base64url, as the CA gave it."
        />
      </div>
      <CheckField
        label="We agree to the CA's terms of service"
        checked={termsAgreed}
        onValue={setTermsAgreed}
      />
    </DialogForm>
  );
}
