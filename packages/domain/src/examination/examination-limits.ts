import { milliseconds, minutes, seconds } from "../time/instant.ts";

/**
 * From where on something is not as it should be. `certmill doctor` judges by these, the metrics count by them, and the alert
 * rules in deploy/prometheus say the same numbers, which a test holds against these.
 */
export const examinationLimits = {
  /** Of one small query, there and back. */
  slowRoundTrip: milliseconds(20),
  /** The part of PostgreSQL's connections that is in use. */
  fullFrom: 0.9,
  /** Between two clocks. Tokens of edges, windows of renewal and leases are compared between machines. */
  mostDrift: seconds(5),
  /** Work waits this long where a worker is busy; longer, and none is there or none keeps up. */
  mostOverdue: minutes(5),
  /** An agent asks at least every half minute, and each question is seen. */
  mostSilence: minutes(5),
} as const;
