import { dnsProviderKinds, operations } from "@certmill/api";
import { useState } from "react";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { CheckField, SelectField, TextField } from "../../kit/field.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { useAct } from "../../server/act.ts";
import { wordsOf } from "../../text/words.ts";
import { accessFields, accessOf, type DnsKind } from "./dns-access.ts";

const meanings: Readonly<Record<DnsKind, string>> = {
  rfc2136: "Updates to a name server, as BIND and Knot take them.",
  powerdns: "The HTTP API of PowerDNS.",
  "acme-dns": "A registration at an acme-dns server.",
  exec: "A program of yours, on the servers.",
  cloudflare: "The API of Cloudflare.",
  route53: "The API of Amazon Route 53.",
};

const kinds = dnsProviderKinds.map((value) => ({ value, label: value }));

/** Whoever has zones that proofs are written into. */
export function DnsProviderForm({ onDone }: { readonly onDone: () => void }) {
  const [name, setName] = useState("");
  const [zones, setZones] = useState("");
  const [kind, setKind] = useState<DnsKind>("rfc2136");
  const [access, setAccess] = useState<Readonly<Record<string, string>>>({});
  const [delegations, setDelegations] = useState(false);
  const [wildcardsOnly, setWildcardsOnly] = useState(false);
  const add = useAct(operations.addDnsProvider, { done: `${name} is there. Try it out.` });
  const body = {
    name,
    zones: wordsOf(zones),
    access: accessOf(kind, access),
    delegations,
    wildcardsOnly,
  };
  return (
    <DialogForm
      act="Add it"
      busy={add.isPending}
      onCancel={onDone}
      onSubmit={() => add.mutate({ body }, { onSuccess: onDone })}
    >
      <div className="form">
        <NameField value={name} onValue={setName} hint="What you call it here." />
        <TextField
          label="Zones"
          value={zones}
          onValue={setZones}
          required
          hint="As it has them, with commas between."
        />
        <SelectField label="Kind" value={kind} options={kinds} onValue={setKind} hint={meanings[kind]} />
        {accessFields[kind].map(({ name: field, label, hint, required, isSecret }) => (
          <TextField
            key={`${kind} ${field}`}
            label={label}
            hint={hint}
            required={required}
            type={isSecret === true ? "password" : "text"}
            autoComplete="off"
            value={access[field] ?? ""}
            onValue={(value) => setAccess({ ...access, [field]: value })}
          />
        ))}
      </div>
      <CheckField
        label="Delegate names that are in no zone into the first of these"
        checked={delegations}
        onValue={setDelegations}
      />
      <CheckField
        label="Prove only wildcards here, and what asks for it"
        checked={wildcardsOnly}
        onValue={setWildcardsOnly}
      />
      <p className="small soft">
        Secrets are stored encrypted and never shown. Nothing is written before a certificate needs it.
      </p>
    </DialogForm>
  );
}
