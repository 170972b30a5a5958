import type { Bucket } from "@certmill/api";
import { Meter } from "../../chart/meter.tsx";
import { Instant } from "../../kit/instant.tsx";
import { count } from "../../text/number.ts";
import { duration } from "../../text/time.ts";
import { limitWords } from "./limit-words.ts";

interface BucketMeterProps {
  readonly title: string;
  readonly bucket: Bucket;
}

/** What is left of one limit, beside what there may be, and when it is full again. */
export function BucketMeter({ title, bucket }: BucketMeterProps) {
  const { limit, left, burst, count: refill, periodSeconds, reserved, nextAt, fullAt } = bucket;
  const words = limitWords(limit);
  return (
    <div className="bucket">
      <div className="bucket-head">
        <span>
          <strong>{title}</strong> <span className="soft">{words}</span>
        </span>
        <span className="number">
          {count(left)} of {count(burst)} left
        </span>
      </div>
      <Meter
        value={left}
        most={burst}
        label={`${title}, ${words}: left`}
        tone={left < burst / 10 ? "warn" : "good"}
      />
      <p className="small soft">
        {count(refill)} more in {duration(periodSeconds * 1_000)}
        {reserved === 0 ? "" : `, ${count(reserved)} reserved`}
        {nextAt === null ? null : (
          <>
            , the next <Instant at={nextAt} />
          </>
        )}
        {fullAt === null ? (
          ", full now"
        ) : (
          <>
            , full <Instant at={fullAt} />
          </>
        )}
      </p>
    </div>
  );
}
