import { type ChallengeType, type EdgeGroup, operations } from "@certmill/api";
import { useState } from "react";
import type { Column } from "../../kit/data-table.tsx";
import { DialogButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { SelectField } from "../../kit/field.tsx";
import { NameField } from "../../kit/name-field.tsx";
import { Empty } from "../../kit/notice.tsx";
import { PagedTable } from "../../kit/paged-table.tsx";
import { Panel } from "../../kit/panel.tsx";
import { useAct } from "../../server/act.ts";
import { counted } from "../../text/number.ts";
import { keyChoiceOf, keyPolicyWords, keyRulesOf } from "../keys/key-choice.ts";
import { KeyFields } from "../keys/key-fields.tsx";

type ServedWhen = EdgeGroup["servedWhen"];

const servedWords: Readonly<Record<ServedWhen, string>> = {
  any: "one edge serves it",
  quorum: "more than half do",
  all: "all that are alive do",
};

const columns: readonly Column<EdgeGroup>[] = [
  { id: "name", head: "Group", cell: ({ name }) => <span className="row-name">{name}</span> },
  { id: "served", head: "Served when", cell: ({ servedWhen }) => servedWords[servedWhen] },
  { id: "keys", head: "Keys", wideOnly: true, cell: ({ keys }) => keyPolicyWords(keys) },
  { id: "type", head: "Key type", wideOnly: true, cell: ({ keyType }) => keyType },
  { id: "challenge", head: "Proof", wideOnly: true, cell: ({ challenge }) => challenge ?? "as is best" },
  {
    id: "kept",
    head: "Unused keys kept",
    align: "end",
    wideOnly: true,
    cell: ({ keysKeptDays }) =>
      keysKeptDays === null ? (
        <span className="soft">as the server has it</span>
      ) : (
        counted(keysKeptDays, "day")
      ),
  },
  {
    id: "change",
    head: "",
    align: "end",
    cell: (group) => (
      <DialogButton needs={operations.setEdgeGroup} label="Change" title={`Change ${group.name}`}>
        {(close) => <EdgeGroupForm group={group} onDone={close} />}
      </DialogButton>
    ),
  },
];

/** Which edges serve the same domains, and by which rules. */
export function EdgeGroupsPanel() {
  return (
    <Panel
      title="Edge groups"
      flush
      aside={
        <DialogButton needs={operations.setEdgeGroup} label="Add a group" icon="plus">
          {(close) => <EdgeGroupForm group={null} onDone={close} />}
        </DialogButton>
      }
    >
      <PagedTable
        operation={operations.listEdgeGroups}
        input={{ query: { limit: 100 } }}
        words={["group", "groups"]}
        columns={columns}
        keyOf={({ name }) => name}
        empty={
          <Empty title="There is no group yet.">
            <p>Edges of a group serve the same domains.</p>
          </Empty>
        }
      />
    </Panel>
  );
}

const servedOptions = (["any", "quorum", "all"] as const).map((value) => ({
  value,
  label: servedWords[value],
}));

const proofOptions: readonly { readonly value: ChallengeType | "best"; readonly label: string }[] = [
  { value: "best", label: "as is best for each name" },
  { value: "http-01", label: "http-01: a file on port 80" },
  { value: "dns-01", label: "dns-01: a record in the DNS" },
  { value: "tls-alpn-01", label: "tls-alpn-01: a handshake on port 443" },
];

interface EdgeGroupFormProps {
  /** Null: one that is new. */
  readonly group: EdgeGroup | null;
  readonly onDone: () => void;
}

const usual = { keys: { policy: "new" }, keysKeptDays: null, keyType: "p256" } as const;

function EdgeGroupForm({ group, onDone }: EdgeGroupFormProps) {
  const [name, setName] = useState(group?.name ?? "");
  const [servedWhen, setServedWhen] = useState<ServedWhen>(group?.servedWhen ?? "any");
  const [proof, setProof] = useState<ChallengeType | "best">(group?.challenge ?? "best");
  const [keys, setKeys] = useState(() => keyChoiceOf(group ?? usual));
  const set = useAct(operations.setEdgeGroup, {
    done: group === null ? `${name} is there.` : "It holds from the next certificate on.",
  });
  const { keys: policy, keyType, keysKeptDays } = keyRulesOf(keys);
  const body = {
    servedWhen,
    challenge: proof === "best" ? null : proof,
    keysKeptDays,
    ...(policy === null ? {} : { keys: policy }),
    ...(keyType === null ? {} : { keyType }),
  };
  return (
    <DialogForm
      act={group === null ? "Add it" : "Change it"}
      busy={set.isPending}
      onCancel={onDone}
      onSubmit={() => set.mutate({ params: { name }, body }, { onSuccess: onDone })}
    >
      <div className="form">
        {group === null ? (
          <NameField value={name} onValue={setName} hint="Edges join by it; it stays." />
        ) : null}
        <SelectField
          label="A certificate is served when"
          value={servedWhen}
          options={servedOptions}
          onValue={setServedWhen}
          hint="Alive: heard of within 15 minutes."
        />
        <SelectField
          label="How names are proven"
          value={proof}
          options={proofOptions}
          onValue={setProof}
          hint="For domains that do not say."
        />
        <KeyFields choice={keys} onChange={setKeys} above="the server" mayInherit={false} />
      </div>
      <p className="small soft">A tenant's own rules go before these.</p>
    </DialogForm>
  );
}
