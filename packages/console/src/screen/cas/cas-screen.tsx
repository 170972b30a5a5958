import { type Ca, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ActButton } from "../../kit/act-button.tsx";
import { Asked } from "../../kit/asked.tsx";
import { AddButton, DialogButton } from "../../kit/dialog-button.tsx";
import { DialogForm } from "../../kit/dialog-form.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { StatusPage } from "../overview/cas-panel.tsx";
import { AddCaForm } from "./add-ca-form.tsx";
import { caTones } from "./ca-tones.ts";

/** The certificate authorities, the accounts there, and who gets which share of the orders. */
export function CasScreen() {
  const query = useQuery(ask(operations.listCas, { query: { limit: 100 } }));
  return (
    <Screen
      title="CAs"
      lead="The pool of certificate authorities. Orders that no rule sends elsewhere are shared out by weight."
      actions={
        <AddButton needs={operations.addCa} label="Add a CA">
          {(close) => <AddCaForm onDone={close} />}
        </AddButton>
      }
    >
      <Asked query={query} what="the CAs">
        {({ items }) =>
          items.length === 0 ? (
            <Panel title="None yet">
              <Empty title="There is no CA yet, so nothing can be issued.">
                <p>Add one: letsencrypt is the name of Let's Encrypt's directory.</p>
              </Empty>
            </Panel>
          ) : (
            <div className="columns even">
              {items.map((ca) => (
                <CaPanel key={ca.name} ca={ca} pool={items} />
              ))}
            </div>
          )
        }
      </Asked>
    </Screen>
  );
}

interface CaPanelProps {
  readonly ca: Ca;
  readonly pool: readonly Ca[];
}

function CaPanel({ ca, pool }: CaPanelProps) {
  return (
    <Panel
      title={ca.name}
      aside={
        <>
          {ca.default ? <Mark tone="rest" icon="good" word="default" /> : null}
          <Mark tone={caTones[ca.state]} word={ca.state} />
        </>
      }
    >
      <div className="stack">
        <Facts facts={factsOf(ca, pool)} />
        <div className="buttons">
          <DialogButton needs={operations.changeCa} label="Change" title={`Change ${ca.name}`}>
            {(close) => <ChangeForm ca={ca} onDone={close} />}
          </DialogButton>
          {ca.default ? null : (
            <ActButton
              operation={operations.changeCa}
              input={{ params: { name: ca.name }, body: { default: true } }}
              done={`${ca.name} is the default now.`}
              label="Make it the default"
            />
          )}
        </div>
      </div>
    </Panel>
  );
}

function factsOf(ca: Ca, pool: readonly Ca[]): readonly Fact[] {
  const weights = pool.reduce((sum, { weight }) => sum + weight, 0);
  const part = weights === 0 ? 0 : Math.round((ca.weight / weights) * 100);
  return [
    { name: "Directory", value: ca.directory },
    { name: "Account", value: ca.accountUrl ?? "none" },
    { name: "Contact", value: ca.contact.join(", ") || "none" },
    { name: "Share", value: `weight ${ca.weight}: ${part}% of the orders` },
    { name: "Limits", value: ca.limits },
    { name: "In flight", value: `${ca.maxOrdersInFlight} orders at most` },
    { name: "Profile", value: ca.profile ?? "as the CA has it" },
    { name: "Offers", value: ca.profiles.join(", ") || "no profiles" },
    { name: "In CAA", value: ca.caaIdentities.join(", ") || "nothing" },
    { name: "Status page", value: <StatusPage statusPage={ca.statusPage} /> },
    { name: "Thumbprint", value: <code className="small">{ca.accountThumbprint ?? "–"}</code> },
    { name: "Added", value: <Instant at={ca.createdAt} as="day" /> },
  ];
}

function ChangeForm({ ca, onDone }: { readonly ca: Ca; readonly onDone: () => void }) {
  const [weight, setWeight] = useState(String(ca.weight));
  const [inFlight, setInFlight] = useState(String(ca.maxOrdersInFlight));
  const change = useAct(operations.changeCa, { done: "It is changed." });
  return (
    <DialogForm
      act="Change it"
      busy={change.isPending}
      onCancel={onDone}
      onSubmit={() => {
        const body = { weight: Number(weight), maxOrdersInFlight: Number(inFlight) };
        change.mutate({ params: { name: ca.name }, body }, { onSuccess: onDone });
      }}
    >
      <div className="form">
        <TextField
          label="Weight"
          type="number"
          min={0}
          value={weight}
          onValue={setWeight}
          required
          hint="0: only what is sent here by a rule."
        />
        <TextField
          label="Orders in flight at most"
          type="number"
          min={1}
          value={inFlight}
          onValue={setInFlight}
          required
        />
      </div>
    </DialogForm>
  );
}
