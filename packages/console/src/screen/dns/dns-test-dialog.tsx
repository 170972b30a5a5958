import { type DnsTest, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Asked } from "../../kit/asked.tsx";
import { Button } from "../../kit/button.tsx";
import { Mark } from "../../kit/mark.tsx";
import { call } from "../../server/ask.ts";
import { duration } from "../../text/time.ts";

/** Writes, looks for and removes a record in each zone: up to 20 seconds each, and shows how each step went. */
export function DnsTestResult({ name, onDone }: { readonly name: string; readonly onDone: () => void }) {
  const query = useQuery({
    queryKey: [operations.testDnsProvider.id, name],
    queryFn: ({ signal }) => call(operations.testDnsProvider, { params: { name }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  return (
    <div className="dialog-form">
      <p className="soft">
        A record of a random name is written, looked for at all name servers of its zone, and taken away
        again.
      </p>
      <Asked query={query} what="how it went">
        {({ zones }) => zones.map((zone) => <Zone key={zone.zone} zone={zone} />)}
      </Asked>
      <footer className="dialog-foot">
        <Button look="main" onClick={onDone}>
          Close
        </Button>
      </footer>
    </div>
  );
}

const stepWords = { write: "written", look: "at all name servers", remove: "taken away" } as const;

function Zone({ zone: { zone, steps } }: { readonly zone: DnsTest["zones"][number] }) {
  return (
    <div>
      <h3>{zone}</h3>
      {steps.length === 0 ? <p className="soft">Nothing was tried.</p> : null}
      <ul className="steps">
        {steps.map(({ step, fault, durationMs }) => (
          <li key={step}>
            <Mark tone={fault === null ? "good" : "bad"} word={fault === null ? stepWords[step] : step} />{" "}
            <span className="soft">{duration(durationMs)}</span>
            {fault === null ? null : <p className="ca-words">{fault}</p>}
          </li>
        ))}
      </ul>
    </div>
  );
}
