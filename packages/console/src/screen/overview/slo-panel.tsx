import { operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { Meter } from "../../chart/meter.tsx";
import { Asked } from "../../kit/asked.tsx";
import { Panel } from "../../kit/panel.tsx";
import { ask } from "../../server/ask.ts";
import { count, counted, share } from "../../text/number.ts";

/** The promise: domains served within so many seconds of being ready. */
export function SloPanel() {
  const query = useQuery(ask(operations.showSlo, {}));
  const seconds = query.data?.objectiveSeconds ?? 60;
  return (
    <Panel title={`Served within ${seconds} s of being ready`}>
      <Asked query={query} what="the promise kept">
        {({ windows }) => (
          <div className="stack">
            {windows.map(({ days, all }) => (
              <div key={days} className="bucket">
                <div className="bucket-head">
                  <span>{days === 1 ? "24 hours" : `${days} days`}</span>
                  <strong>{all.share === null ? "–" : share(all.share)}</strong>
                </div>
                <Meter
                  value={all.inTime}
                  most={all.certificates}
                  label={`Served in time in ${days} days`}
                  tone={all.share !== null && all.share < 0.95 ? "warn" : "good"}
                />
                <p className="small soft">
                  {all.share === null
                    ? "Nothing was issued in this time."
                    : `${count(all.inTime)} of ${counted(all.certificates, "certificate")}`}
                </p>
              </div>
            ))}
          </div>
        )}
      </Asked>
    </Panel>
  );
}
