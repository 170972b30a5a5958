import { type DnsProvider, operations } from "@certmill/api";
import { useState } from "react";
import { ConfirmButton } from "../../kit/confirm-button.tsx";
import type { Column } from "../../kit/data-table.tsx";
import { AddButton, DialogButton } from "../../kit/dialog-button.tsx";
import { CheckField } from "../../kit/field.tsx";
import { ListScreen } from "../../kit/list-screen.tsx";
import { Mark } from "../../kit/mark.tsx";
import { Empty } from "../../kit/notice.tsx";
import { counted } from "../../text/number.ts";
import { DnsProviderForm } from "./dns-provider-form.tsx";
import { DnsTestResult } from "./dns-test-dialog.tsx";

const columns: readonly Column<DnsProvider>[] = [
  {
    id: "name",
    head: "Name",
    cell: ({ name, kind }) => (
      <>
        <span className="row-name">{name}</span>
        <div className="soft small">{kind}</div>
      </>
    ),
  },
  { id: "zones", head: "Zones", wideOnly: true, cell: ({ zones }) => zonesWords(zones) },
  {
    id: "proves",
    head: "Proves",
    wideOnly: true,
    cell: ({ wildcardsOnly, delegationZone }) => (
      <>
        {wildcardsOnly ? "wildcards in these zones" : "all names in these zones"}
        {delegationZone === null ? null : <div className="soft small">others by {delegationZone}</div>}
      </>
    ),
  },
  { id: "records", head: "Records there now", cell: ({ records }) => <Records records={records} /> },
  { id: "actions", head: "", align: "end", cell: (provider) => <ProviderActions provider={provider} /> },
];

const shownZones = 3;

function zonesWords(zones: readonly string[]): string {
  const more = zones.length - shownZones;
  return more > 0 ? `${zones.slice(0, shownZones).join(", ")} and ${more} more` : zones.join(", ");
}

function Records({ records: { wanted, toRemove, fault } }: Pick<DnsProvider, "records">) {
  const words = wanted + toRemove === 0 ? "none" : `${wanted} wanted, ${toRemove} to remove`;
  return (
    <>
      {fault === null ? null : <Mark tone="bad" word="stuck" />} {words}
      {fault === null ? null : <div className="soft small clamped">{fault}</div>}
    </>
  );
}

function ProviderActions({ provider }: { readonly provider: DnsProvider }) {
  const { name } = provider;
  return (
    <div className="row-actions">
      <DialogButton needs={operations.testDnsProvider} label="Test" title={`Test ${name}`}>
        {(close) => <DnsTestResult name={name} onDone={close} />}
      </DialogButton>
      <RemoveProvider provider={provider} />
    </div>
  );
}

function RemoveProvider({ provider: { name, zones, records } }: { readonly provider: DnsProvider }) {
  const [forget, setForget] = useState(false);
  const left = records.wanted + records.toRemove;
  return (
    <ConfirmButton
      operation={operations.removeDnsProvider}
      input={{ params: { name }, query: forget ? { forget } : {} }}
      done={`${name} is removed.`}
      label="Remove"
      title={`Remove ${name}`}
      act="Remove it"
      typed={name}
    >
      <p>
        Nothing is proven by the DNS in {counted(zones.length, "zone")} any more, and its secret is destroyed.
        Wildcards there are not renewed.
      </p>
      {left === 0 ? null : (
        <CheckField
          label={`Leave ${counted(left, "record")} of Certmill's in its zones`}
          checked={forget}
          onValue={setForget}
        />
      )}
    </ConfirmButton>
  );
}

/** Whoever has zones that the proofs of DNS-01 are written into. */
export function DnsScreen() {
  return (
    <ListScreen
      title="DNS providers"
      lead="Wildcards are proven by a record in the DNS. These have the zones that the records are written into."
      actions={
        <AddButton needs={operations.addDnsProvider} label="Add a DNS provider">
          {(close) => <DnsProviderForm onDone={close} />}
        </AddButton>
      }
      operation={operations.listDnsProviders}
      input={{ query: { limit: 100 } }}
      words={["provider", "providers"]}
      columns={columns}
      keyOf={({ name }) => name}
      empty={
        <Empty title="There is no DNS provider yet.">
          <p>Without one no wildcard is issued. All other names need none.</p>
        </Empty>
      }
    />
  );
}
