import { type LimitRule, limitNames, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Mark, type Tone } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { count } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { limitWords } from "../budgets/limit-words.ts";

const tones: Readonly<Record<LimitRule["state"], Tone>> = { holds: "good", starts: "wait", replaced: "rest" };

/** `300 at once, 300 more in 3 h` */
const ruleWords = ({
  burst,
  count: refill,
  periodSeconds,
}: Pick<LimitRule, "burst" | "count" | "periodSeconds">): string =>
  `${count(burst)} at once, ${count(refill)} more in ${duration(periodSeconds * 1_000)}`;

const columns: readonly Column<LimitRule>[] = [
  { id: "ca", head: "CA", cell: ({ ca }) => <strong>{ca}</strong> },
  {
    id: "limit",
    head: "Limit",
    cell: ({ limit, key, ...rule }) => (
      <>
        {limitWords(limit)}
        {key === null ? null : <div className="soft small">for {key}</div>}
        <div className="soft small narrow-only">{ruleWords(rule)}</div>
      </>
    ),
  },
  { id: "rule", head: "Rule", wideOnly: true, cell: ruleWords },
  { id: "source", head: "From", wideOnly: true, cell: ({ source, note }) => note ?? source },
  {
    id: "state",
    head: "State",
    cell: ({ state, startsAt }) => (
      <>
        <Mark tone={tones[state]} word={state} /> {state === "starts" ? <Instant at={startsAt} /> : null}
      </>
    ),
  },
  { id: "remove", head: "", align: "end", cell: (rule) => <RemoveLimit rule={rule} /> },
];

/** The CAs' limits: those built in, and what a CA granted or the operator keeps to. */
export function LimitsScreen() {
  return (
    <ListScreen
      title="Limits"
      lead="What each CA allows. An override that a CA granted is set here, with the day from which it holds."
      actions={
        <AddButton needs={operations.setLimit} label="Set a limit">
          {(close) => <LimitForm onDone={close} />}
        </AddButton>
      }
      operation={operations.listLimits}
      input={{ query: { limit: 100 } }}
      words={["limit", "limits"]}
      columns={columns}
      keyOf={({ id, ca, limit, key }) => id ?? `${ca} ${limit} ${key}`}
      empty={
        <Empty title="No CA here has a limit.">
          <p>
            Those of <Link to="/cas">the CAs</Link> that are known are built in.
          </p>
        </Empty>
      }
    />
  );
}

function RemoveLimit({ rule }: { readonly rule: LimitRule }) {
  const { id, ca, limit } = rule;
  if (id === null) return null;
  return (
    <ConfirmButton
      operation={operations.removeLimit}
      input={{ params: { id } }}
      done="What was there before holds again."
      label="Remove"
      title={`Remove a limit of ${ca}`}
      act="Remove it"
      typed={null}
    >
      <p>
        {ruleWords(rule)} ({limitWords(limit)}) is no longer kept to. What it replaced holds again from now
        on.
      </p>
    </ConfirmButton>
  );
}

const limitOptions = limitNames.map((value) => ({ value, label: limitWords(value) }));
const periods = [
  { value: "10800", label: "3 hours" },
  { value: "86400", label: "day" },
  { value: "604800", label: "week" },
] as const;

function LimitForm({ onDone }: { readonly onDone: () => void }) {
  const cas = useQuery(ask(operations.listCas, { query: { limit: 100 } }));
  const [ca, setCa] = useState("");
  const [limit, setLimit] = useState<LimitRule["limit"]>("new-orders-per-account");
  const [key, setKey] = useState("");
  const [amount, setAmount] = useState("");
  const [period, setPeriod] = useState<(typeof periods)[number]["value"]>("604800");
  const [startsAt, setStartsAt] = useState("");
  const [note, setNote] = useState("");
  const set = useAct(operations.setLimit, {
    done: ({ warnings }) => ["The limit is set.", ...warnings].join(" "),
  });
  const names = cas.data?.items.map(({ name }) => name) ?? [];
  const chosen = ca === "" ? (names[0] ?? "") : ca;
  return (
    <DialogForm
      act="Set it"
      busy={set.isPending}
      onCancel={onDone}
      onSubmit={() =>
        set.mutate(
          {
            body: {
              ca: chosen,
              limit,
              key: key === "" ? undefined : key,
              burst: Number(amount),
              count: Number(amount),
              periodSeconds: Number(period),
              startsAt: startsAt === "" ? undefined : `${startsAt}T00:00:00Z`,
              note: note === "" ? undefined : note,
            },
          },
          { onSuccess: onDone },
        )
      }
    >
      <div className="form">
        <SelectField
          label="CA"
          value={chosen}
          options={names.map((name) => ({ value: name, label: name }))}
          onValue={setCa}
        />
        <SelectField label="What it counts" value={limit} options={limitOptions} onValue={setLimit} />
        {limit === "new-certificates-per-registered-domain" ? (
          <TextField label="Registered domain" value={key} onValue={setKey} hint="Empty: all of them." />
        ) : null}
        <TextField label="So many" type="number" min={1} value={amount} onValue={setAmount} required />
        <SelectField label="in each" value={period} options={periods} onValue={setPeriod} />
        <TextField
          label="From the UTC day"
          type="date"
          value={startsAt}
          onValue={setStartsAt}
          hint="Empty: from now on."
        />
        <TextField
          label="Note"
          value={note}
          onValue={setNote}
          hint="The CA's ticket, who asked for it."
          maxLength={500}
        />
      </div>
    </DialogForm>
  );
}
