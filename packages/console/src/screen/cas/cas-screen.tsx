import { type Ca, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { type Fact, Facts } from "../../kit/facts.tsx";
import { TextField } from "../../kit/field.tsx";
import { Instant } from "../../kit/instant.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { useMay } from "../../server/session.ts";
import { StatusPage } from "../overview/cas-panel.tsx";
import { AddCaDialog } from "./add-ca-dialog.tsx";
import { caTones } from "./ca-tones.ts";

/** The certificate authorities, the accounts there, and who gets which share of the orders. */
export function CasScreen() {
  const query = useQuery(ask(operations.listCas, { query: { limit: 100 } }));
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  return (
    <Screen
      title="CAs"
      lead="The pool of certificate authorities. Orders that no rule sends elsewhere are shared out by weight."
      actions={
        may(operations.addCa) ? (
          <Button look="main" icon="plus" onClick={() => setAdding(true)}>
            Add a CA
          </Button>
        ) : undefined
      }
    >
      <Asked query={query} what="the CAs">
        {({ items }) =>
          items.length === 0 ? (
            <Panel title="None yet">
              <Empty title="There is no CA yet, so nothing can be issued." />
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
      <AddCaDialog open={isAdding} onClose={() => setAdding(false)} />
    </Screen>
  );
}

interface CaPanelProps {
  readonly ca: Ca;
  readonly pool: readonly Ca[];
}

function CaPanel({ ca, pool }: CaPanelProps) {
  const may = useMay();
  const [isChanging, setChanging] = useState(false);
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
        {may(operations.changeCa) ? (
          <div className="buttons">
            <Button onClick={() => setChanging(true)}>Change</Button>
            {ca.default ? null : <MakeDefault name={ca.name} />}
          </div>
        ) : null}
      </div>
      <Dialog open={isChanging} onClose={() => setChanging(false)} title={`Change ${ca.name}`}>
        <ChangeForm ca={ca} onDone={() => setChanging(false)} />
      </Dialog>
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

function MakeDefault({ name }: { readonly name: string }) {
  const change = useAct(operations.changeCa, { done: `${name} is the default now.` });
  return (
    <Button
      busy={change.isPending}
      onClick={() => change.mutate({ params: { name }, body: { default: true } })}
    >
      Make it the default
    </Button>
  );
}

function ChangeForm({ ca, onDone }: { readonly ca: Ca; readonly onDone: () => void }) {
  const [weight, setWeight] = useState(String(ca.weight));
  const [inFlight, setInFlight] = useState(String(ca.maxOrdersInFlight));
  const change = useAct(operations.changeCa, { done: "It is changed." });
  return (
    <form
      className="dialog-form"
      onSubmit={(event) => {
        event.preventDefault();
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
      <footer className="dialog-foot">
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" look="main" busy={change.isPending}>
          Change it
        </Button>
      </footer>
    </form>
  );
}
