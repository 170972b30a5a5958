import { type DomainAction, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Meter } from "../../chart/meter.tsx";
import { Button } from "../../kit/button.tsx";
import { Panel } from "../../kit/panel.tsx";
import { useAct } from "../../server/act.ts";
import { ask } from "../../server/ask.ts";
import { useMay } from "../../server/session.ts";
import { count } from "../../text/number.ts";

/** What is being done for many domains now; nothing where nothing is. */
export function RunningActions() {
  const may = useMay();
  const { data } = useQuery({
    ...ask(operations.listDomainActions, { query: { limit: 20 } }),
    enabled: may(operations.listDomainActions),
    // It is one row that the server reads by its key, and only while one runs.
    refetchInterval: ({ state }) => (state.data?.items.some(isRunning) === true ? 2_000 : false),
  });
  const running = data?.items.filter(isRunning) ?? [];
  if (running.length === 0) return null;
  return (
    <Panel title="Under way">
      <ul className="stack">
        {running.map((action) => (
          <Running key={action.id} action={action} />
        ))}
      </ul>
    </Panel>
  );
}

const isRunning = ({ state }: DomainAction): boolean => state === "running";

function Running({
  action: { id, action, certificates, done, skipped, createdBy },
}: {
  readonly action: DomainAction;
}) {
  const cancel = useAct(operations.cancelDomainAction, { done: "It is done for no more." });
  return (
    <li className="bucket">
      <div className="bucket-head">
        <span>
          <strong>{action}</strong> <span className="soft">by {createdBy}</span>
        </span>
        <span className="number">
          {count(done + skipped)} of {count(certificates)}
        </span>
      </div>
      <Meter value={done + skipped} most={certificates} label={`${action}: done`} />
      <div>
        <Button busy={cancel.isPending} onClick={() => cancel.mutate({ params: { id } })}>
          Cancel the rest
        </Button>
      </div>
    </li>
  );
}
