import { operations, type Tenant } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { CheckField } from "../../kit/field.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { keyChoiceOf, keyRulesOf } from "../keys/key-choice.ts";
import { KeyFields } from "../keys/key-fields.tsx";

interface TenantFormProps {
  /** Null: one that is new. */
  readonly tenant: Tenant | null;
  readonly onDone: () => void;
}

const noRules = { keys: null, keysKeptDays: null, keyType: null };

/** Which CAs and keys a tenant's domains may have. */
export function TenantForm({ tenant, onDone }: TenantFormProps) {
  const [name, setName] = useState(tenant?.name ?? "");
  const [cas, setCas] = useState<readonly string[]>(tenant?.cas ?? []);
  const [keys, setKeys] = useState(() => keyChoiceOf(tenant ?? noRules));
  const set = useAct(operations.setTenant, {
    done: tenant === null ? `${name} is there.` : "It holds from the next order on.",
  });
  const body = { cas: cas.length === 0 ? null : [...cas], ...keyRulesOf(keys) };
  return (
    <DialogForm
      act={tenant === null ? "Add it" : "Change it"}
      busy={set.isPending}
      onCancel={onDone}
      onSubmit={() => set.mutate({ params: { name }, body }, { onSuccess: onDone })}
    >
      {tenant === null ? (
        <NameField value={name} onValue={setName} hint="Its domains name it by this; it stays." />
      ) : null}
      <CaChoice chosen={cas} onChange={setCas} />
      <div className="form">
        <KeyFields choice={keys} onChange={setKeys} above="the edge group" mayInherit />
      </div>
      <p className="small soft">What is under way goes on as it began.</p>
    </DialogForm>
  );
}

interface CaChoiceProps {
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

function CaChoice({ chosen, onChange }: CaChoiceProps) {
  const query = useQuery(ask(operations.listCas, { query: { limit: 100 } }));
  return (
    <fieldset className="choices">
      <legend className="field-label">CAs</legend>
      <Asked query={query} what="the CAs">
        {({ items }) => (
          <div className="buttons">
            {items.map(({ name }) => (
              <CheckField
                key={name}
                label={name}
                checked={chosen.includes(name)}
                onValue={(isChosen) =>
                  onChange(isChosen ? [...chosen, name] : chosen.filter((each) => each !== name))
                }
              />
            ))}
          </div>
        )}
      </Asked>
      <p className="field-hint">
        {chosen.length === 0
          ? "None chosen: all of the pool, by their weights."
          : `In order of preference, as they were chosen: ${chosen.join(", ")}.`}
      </p>
    </fieldset>
  );
}
