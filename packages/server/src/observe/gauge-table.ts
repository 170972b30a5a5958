/** Gauges that are read from one set of figures: a table of what each takes from it. */
import { Gauge, type Registry } from "prom-client";
import type { Reading } from "./kept-reading.ts";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface GaugeOf<Figures> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** None: the gauge is absent. */
  readonly samples: (figures: Figures) => readonly Sample[];
}

/** Of a gauge without labels; null: it is absent. */
export const one = (value: number | null): readonly Sample[] =>
  value === null ? [] : [{ labels: {}, value }];

/** All of them are absent while nothing is read. */
export function watchFigures<Figures>(
  registry: Registry,
  read: Reading<Figures>,
  gauges: readonly GaugeOf<Figures>[],
): void {
  for (const { name, help, labels, samples } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [registry],
      async collect() {
        const figures = await read();
        this.reset();
        // What `reset` leaves of a gauge without labels says 0, which nobody has seen.
        if (labels.length === 0) this.remove();
        for (const sample of figures === null ? [] : samples(figures)) this.set(sample.labels, sample.value);
      },
    });
  }
}
