import type { Operation } from "@certmill/api";
import type { ReactNode } from "react";
import { PagedTable, type PagedTableProps } from "./paged-table.tsx";
import { Panel } from "./panel.tsx";
import { Screen } from "./screen.tsx";

interface ListScreenProps<O extends Operation> extends PagedTableProps<O> {
  readonly title: string;
  readonly lead: ReactNode;
  readonly actions?: ReactNode;
  /** Between the head and the list: filters. */
  readonly filters?: ReactNode;
}

/** A screen that is one list. */
export function ListScreen<O extends Operation>(props: ListScreenProps<O>) {
  const { title, lead, actions, filters, ...table } = props;
  return (
    <Screen title={title} lead={lead} actions={actions}>
      {filters}
      <Panel title={title} flush className="panel-bare">
        <PagedTable {...table} />
      </Panel>
    </Screen>
  );
}
