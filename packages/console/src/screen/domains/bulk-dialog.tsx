import { type DomainFilter, domainActions, type NewDomainAction, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import { Notice } from "../../kit/notice.tsx";
import { useAct } from "../../server/act.ts";
import { call } from "../../server/ask.ts";
import type { DomainsSearch } from "../../shell/search-params.ts";
import { count, counted } from "../../text/number.ts";

type Action = NewDomainAction["action"];

const meanings: Readonly<Record<Action, string>> = {
  check: "Look at their names soon.",
  retry: "Order now where there is no certificate, or where the renewal fails.",
  pause: "Order nothing for them until they are resumed; certificates go on being served.",
  resume: "Go on with those that were paused.",
  reissue: "Renew them now, whenever they end.",
  remove: "Edges stop serving them, and nothing is done for them any more.",
};

const options = domainActions.map((action) => ({ value: action, label: action }));

interface BulkDialogProps {
  readonly search: DomainsSearch;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** One thing for all domains that the filters let through: counted first, and refused if there are more by then. */
export function BulkDialog({ search, open, onClose }: BulkDialogProps) {
  const filter = filterOf(search);
  return (
    <Dialog open={open} onClose={onClose} title="Act on all of these">
      {filter === null ? (
        <div className="dialog-form">
          <Notice tone="warn" title="Choose which first.">
            <p>Set one filter at least: nothing here is done for all domains at once.</p>
          </Notice>
        </div>
      ) : (
        <BulkForm filter={filter} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** The filters without what only orders the list; null: there is none. */
function filterOf(search: DomainsSearch): DomainFilter | null {
  const given = Object.entries(search).filter(
    ([name, value]) => value !== undefined && !["sort", "order", "after"].includes(name),
  );
  return given.length === 0 ? null : (Object.fromEntries(given) as DomainFilter);
}

function BulkForm({ filter, onClose }: { readonly filter: DomainFilter; readonly onClose: () => void }) {
  const [action, setAction] = useState<Action>("check");
  const [typed, setTyped] = useState("");
  const dryRun = useQuery({
    queryKey: [operations.createDomainAction.id, action, filter],
    queryFn: ({ signal }) =>
      call(operations.createDomainAction, { body: { action, filter, dryRun: true }, signal }),
    staleTime: 0,
  });
  const start = useAct(operations.createDomainAction, {
    done: (answer) => `It is begun for ${counted(answer.certificates, "certificate")}.`,
  });
  return (
    <div className="dialog-form">
      <SelectField
        label="What to do"
        value={action}
        options={options}
        hint={meanings[action]}
        onValue={setAction}
      />
      <Asked query={dryRun} what="how many these are">
        {({ certificates, domains, ...answer }) => {
          const isRight = action !== "remove" || typed === String(certificates);
          return (
            <>
              <Notice
                tone={action === "remove" ? "warn" : "wait"}
                title={wouldBe(action, certificates, domains)}
              >
                {answer.dryRun && answer.examples.length > 0 ? (
                  <p>Such as {answer.examples.join(", ")}.</p>
                ) : null}
              </Notice>
              {action === "remove" ? (
                <TextField
                  label={`Type ${certificates} to confirm`}
                  value={typed}
                  onValue={setTyped}
                  autoComplete="off"
                />
              ) : null}
              <footer className="dialog-foot">
                <Button onClick={onClose}>Cancel</Button>
                <Button
                  look={action === "remove" ? "danger" : "main"}
                  disabled={certificates === 0 || !isRight}
                  busy={start.isPending}
                  onClick={() =>
                    start.mutate({ body: { action, filter, atMost: certificates } }, { onSuccess: onClose })
                  }
                >
                  {`${action} ${count(domains)}`}
                </Button>
              </footer>
            </>
          );
        }}
      </Asked>
    </div>
  );
}

const wouldBe = (action: Action, certificates: number, domains: number): string =>
  certificates === 0
    ? `There is nothing to ${action}.`
    : `${counted(domains, "domain")} with ${counted(certificates, "certificate")} would be done.`;
