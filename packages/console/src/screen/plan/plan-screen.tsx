import { operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, useState } from "react";
import { TextField } from "../../kit/field.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Screen } from "../../kit/screen.tsx";
import { useSettledValue } from "../../kit/use-settled-value.ts";
import { ask } from "../../server/ask.ts";
import { useMay } from "../../server/session.ts";
import { count, share } from "../../text/number.ts";
import { RejectedTable } from "../list/rejected-table.tsx";
import { ListPanel } from "./list-panel.tsx";
import { PlanResult } from "./plan-result.tsx";
import { Range } from "./range.tsx";
import { useCountedList } from "./use-counted-list.ts";
import { planOf, startingWish, type Wish } from "./wish.ts";

/** When would it be done, and what would make it faster? Nothing is ordered or stored. */
export function PlanScreen() {
  const [wish, setWish] = useState(startingWish);
  const counted = useCountedList();
  const list = counted.file?.list ?? null;
  const whole = useMemo(() => ({ ...wish, list }), [wish, list]);
  const settled = useDeferredValue(useSettledValue(whole, 250));
  const may = useMay();
  const pool = useQuery({
    ...ask(operations.listCas, { query: { limit: 100 } }),
    enabled: may(operations.listCas),
  });
  const cas = pool.data?.items;
  const body = useMemo(() => planOf(settled, cas ?? []), [settled, cas]);
  const query = useQuery({ ...ask(operations.makePlan, { body }), enabled: cas !== undefined });
  return (
    <Screen
      title="Planner"
      lead="When would a long list be done, by what is left of the limits and what else they are spent on? Choose a list or say how many, and move the sliders. Nothing is ordered or stored; a list is counted here, and its names go nowhere."
    >
      <div className="columns">
        <Panel title="What if" className="third">
          <div className="stack">
            <ListPanel counted={counted} />
            <WishForm wish={whole} onChange={setWish} />
          </div>
        </Panel>
        <div className="two-thirds stack">
          {counted.file === null ? null : (
            <Panel title="What is wrong in the list">
              <RejectedTable rejected={counted.file.rejected} />
            </Panel>
          )}
          <Panel title="The plan">
            <PlanResult query={query} />
          </Panel>
        </div>
      </div>
    </Screen>
  );
}

interface WishFormProps {
  readonly wish: Wish;
  readonly onChange: (wish: Wish) => void;
}

/** How many, where there is no list. */
function CountFields({ wish, onChange }: WishFormProps) {
  const put = (part: Partial<Wish>) => onChange({ ...wish, ...part });
  return (
    <>
      <TextField
        label="Domains"
        type="number"
        min={1}
        max={10_000_000}
        step={1_000}
        value={String(wish.domains)}
        onValue={(text) => put({ domains: Math.max(1, Math.min(10_000_000, Math.floor(Number(text)) || 1)) })}
      />
      <Range
        label="Of these, under one domain of yours"
        value={Math.round((wish.underOwn / wish.domains) * 20)}
        most={20}
        text={count(wish.underOwn)}
        onValue={(step) => put({ underOwn: Math.round((wish.domains * step) / 20) })}
      />
    </>
  );
}

/** Let's Encrypt's own 300 in 3 hours are 16,800 a week; what it grants is far more. */
const overrides = [null, 25_000, 50_000, 100_000, 150_000, 200_000, 300_000, 500_000] as const;
const packs = [1, 2, 5, 10, 25, 50, 100] as const;

function WishForm({ wish, onChange }: WishFormProps) {
  const put = (part: Partial<Wish>) => onChange({ ...wish, ...part });
  return (
    <div className="stack">
      {wish.list === null ? <CountFields wish={wish} onChange={onChange} /> : null}
      <Range
        label="Override at the first CA"
        value={overrides.findIndex((each) => each === wish.override)}
        most={overrides.length - 1}
        text={wish.override === null ? "none: as its limits are" : `${count(wish.override)} orders a week`}
        onValue={(step) => put({ override: overrides[step] ?? null })}
      />
      <Range
        label="Share of a second CA"
        value={Math.round(wish.secondCa * 20)}
        most={16}
        text={wish.secondCa === 0 ? "none" : share(wish.secondCa)}
        onValue={(step) => put({ secondCa: step / 20 })}
      />
      <Range
        label="Names in one certificate"
        value={packs.findIndex((each) => each === wish.packNames)}
        most={packs.length - 1}
        text={wish.packNames === 1 ? "1: a certificate each" : `up to ${wish.packNames}`}
        onValue={(step) => put({ packNames: packs[step] ?? 1 })}
      />
      <Range
        label="Never come right"
        value={Math.round(wish.never * 100)}
        most={40}
        text={share(wish.never)}
        onValue={(step) => put({ never: step / 100 })}
      />
    </div>
  );
}
