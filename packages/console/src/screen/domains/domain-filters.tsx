import { domainStates } from "@certmill/api";
import { useEffect, useState } from "react";
import { Button } from "../../kit/button.tsx";
import { SelectField, TextField } from "../../kit/field.tsx";
import type { DomainsSearch } from "../../shell/search-params.ts";

interface DomainFiltersProps {
  readonly search: DomainsSearch;
  readonly onChange: (next: DomainsSearch) => void;
}

const stateOptions = [
  { value: "", label: "all but removed" } as const,
  ...domainStates.map((state) => ({ value: state, label: state }) as const),
];

const day = 24 * 60 * 60 * 1_000;
const endOptions = [
  { value: "", label: "at any time" },
  { value: "7", label: "within 7 days" },
  { value: "30", label: "within 30 days" },
  { value: "90", label: "within 90 days" },
] as const;

type TextFilter = "search" | "tenant" | "ca" | "edgeGroup" | "campaign" | "failure";

const textFilters: readonly (readonly [TextFilter, string])[] = [
  ["search", "Name has"],
  ["tenant", "Tenant"],
  ["ca", "CA"],
  ["campaign", "Campaign"],
  ["failure", "Failure code"],
];

/** The filters of the list. They stand in the address, so that a list can be sent to somebody. */
export function DomainFilters({ search, onChange }: DomainFiltersProps) {
  const put = (part: DomainsSearch) => onChange({ ...search, after: undefined, ...part });
  const isFiltered = Object.entries(search).some(
    ([name, value]) => value !== undefined && !["sort", "order", "after"].includes(name),
  );
  return (
    <div className="filters" role="search" aria-label="Filters">
      {textFilters.map(([name, label]) => (
        <FilterText
          key={name}
          label={label}
          value={search[name] ?? ""}
          onSettle={(value) => put({ [name]: value === "" ? undefined : value })}
        />
      ))}
      <SelectField
        label="State"
        value={search.state ?? ""}
        options={stateOptions}
        onValue={(value) => put({ state: value === "" ? undefined : value })}
      />
      <SelectField
        label="Certificate ends"
        value={endsWithin(search)}
        options={endOptions}
        onValue={(value) =>
          put({ expiresAfter: undefined, expiresBefore: value === "" ? undefined : inDays(Number(value)) })
        }
      />
      {isFiltered ? (
        <Button
          icon="close"
          look="quiet"
          onClick={() => onChange({ sort: search.sort, order: search.order })}
        >
          Clear
        </Button>
      ) : null}
    </div>
  );
}

/** To the whole hour, so that the same choice a minute later is the same address. */
const inDays = (days: number): string => {
  const hour = 60 * 60 * 1_000;
  return new Date(Math.ceil((Date.now() + days * day) / hour) * hour).toISOString();
};

function endsWithin({ expiresBefore }: DomainsSearch): (typeof endOptions)[number]["value"] {
  if (expiresBefore === undefined) return "";
  const days = (Date.parse(expiresBefore) - Date.now()) / day;
  return endOptions.find(({ value }) => value !== "" && days <= Number(value) + 0.1)?.value ?? "90";
}

interface FilterTextProps {
  readonly label: string;
  readonly value: string;
  readonly onSettle: (value: string) => void;
}

/** Asks once the reader pauses; Enter asks at once. */
function FilterText({ label, value, onSettle }: FilterTextProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onSettle(text.trim()), 400);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label={label}
      value={text}
      onValue={setText}
      onKeyDown={({ key }) => (key === "Enter" ? onSettle(text.trim()) : undefined)}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
