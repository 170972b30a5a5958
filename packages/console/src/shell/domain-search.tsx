import { Autocomplete } from "@base-ui/react/autocomplete";
import { type DomainSummary, operations } from "@certmill/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { Icon } from "../kit/icon.tsx";
import { StateMark } from "../kit/state-mark.tsx";
import { useSettledValue } from "../kit/use-settled-value.ts";
import { ask } from "../server/ask.ts";
import { searchId } from "./focus-search.ts";

const pause = 120;

/** The box over all domains: what is typed may be anywhere in the name; Enter without a choice lists all that fit. */
export function DomainSearch() {
  const [text, setText] = useState("");
  const wanted = useDeferredValue(useSettledValue(text.trim().toLowerCase(), pause));
  const navigate = useNavigate();
  const { data, error, isFetching } = useQuery({
    ...ask(operations.listDomains, { query: { search: wanted, limit: 8 } }),
    enabled: wanted !== "",
  });
  const found = wanted === "" ? [] : (data?.items ?? []);
  const status = searchStatus({ wanted, found, isFetching, isRefused: error !== null });

  function open(name: string) {
    setText("");
    void navigate({ to: "/domains/$name", params: { name } });
  }
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === "") return;
        void navigate({ to: "/domains", search: { search: wanted } });
      }}
    >
      <Autocomplete.Root
        items={found}
        filter={null}
        value={text}
        onValueChange={(value, { reason }) => (reason === "item-press" ? undefined : setText(value))}
        itemToStringValue={(item: DomainSummary) => item.name}
      >
        <Icon name="search" />
        <Autocomplete.Input
          id={searchId}
          className="search-input"
          aria-label="Search all domains"
          placeholder="Search all domains"
          autoComplete="off"
          spellCheck={false}
        />
        <kbd className="search-key" aria-hidden="true">
          /
        </kbd>
        <Autocomplete.Portal hidden={status === null}>
          <Autocomplete.Positioner className="menu-positioner" sideOffset={6} align="start">
            <Autocomplete.Popup className="menu search-menu">
              <Autocomplete.Status className="menu-note">{status}</Autocomplete.Status>
              <Autocomplete.List>
                {(item: DomainSummary) => (
                  <Autocomplete.Item
                    key={item.name}
                    value={item}
                    className="menu-item search-item"
                    onClick={() => open(item.name)}
                  >
                    <span className="search-name">{item.name}</span>
                    <span className="search-tenant">{item.tenant ?? ""}</span>
                    <StateMark state={item.state} />
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </form>
  );
}

interface SearchStatus {
  readonly wanted: string;
  readonly found: readonly DomainSummary[];
  readonly isFetching: boolean;
  readonly isRefused: boolean;
}

/** What is read out and stands above the names; null: the box is empty. */
function searchStatus({ wanted, found, isFetching, isRefused }: SearchStatus): string | null {
  if (wanted === "") return null;
  if (isRefused) return "The server does not answer.";
  if (found.length === 0) return isFetching ? "Searching …" : `No domain has “${wanted}” in its name.`;
  return found.length < 8 ? `${found.length} found` : "The first 8; Enter lists all";
}
