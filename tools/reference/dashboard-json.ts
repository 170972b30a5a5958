/** From a dashboard in our own words to Grafana's JSON (schema version 39, Grafana 10 and newer). */

export interface Panel {
  readonly title: string;
  /** What it tells, and when to worry; shown at its corner. */
  readonly about: string;
  /** As Grafana names them: s, reqps, percentunit, short, … */
  readonly unit: string;
  /** `figure`: one number, red from `worryFrom`. `lines`: over time. */
  readonly as: "figure" | "lines";
  /** By legend. */
  readonly queries: Readonly<Record<string, string>>;
  readonly worryFrom?: number;
}

export interface Dashboard {
  /** Also its file's name. */
  readonly uid: string;
  readonly title: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

const source = { type: "prometheus", uid: "${datasource}" };
const wholeWidth = 24;
const heights = { figure: 4, lines: 8 };

export function dashboardJson({ uid, title, rows }: Dashboard): string {
  let id = 0;
  let y = 0;
  const panels: object[] = [];
  for (const row of rows) {
    panels.push({
      id: ++id,
      type: "row",
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y: y++, w: wholeWidth, h: 1 },
    });
    const width = Math.floor(wholeWidth / row.panels.length);
    const height = Math.max(...row.panels.map((panel) => heights[panel.as]));
    for (const [at, panel] of row.panels.entries())
      panels.push(panelJson(panel, ++id, { x: at * width, y, w: width, h: height }));
    y += height;
  }
  return `${JSON.stringify({ ...frame, uid, title, panels }, null, 2)}\n`;
}

const frame = {
  schemaVersion: 39,
  tags: ["certmill"],
  editable: true,
  graphTooltip: 1,
  refresh: "30s",
  time: { from: "now-6h", to: "now" },
  timezone: "utc",
  templating: {
    list: [{ name: "datasource", type: "datasource", query: "prometheus", label: "Prometheus" }],
  },
  links: [{ type: "dashboards", title: "Certmill", tags: ["certmill"], asDropdown: true }],
};

function panelJson({ title, about, unit, as, queries, worryFrom }: Panel, id: number, gridPos: object) {
  const steps = [
    { color: "green", value: null },
    ...(worryFrom === undefined ? [] : [{ color: "red", value: worryFrom }]),
  ];
  return {
    id,
    type: as === "figure" ? "stat" : "timeseries",
    title,
    description: about,
    datasource: source,
    gridPos,
    fieldConfig: {
      defaults: { unit, thresholds: { mode: "absolute", steps }, ...(as === "lines" ? { min: 0 } : {}) },
      overrides: [],
    },
    options:
      as === "figure"
        ? { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "value", graphMode: "area" }
        : { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: Object.entries(queries).map(([legendFormat, expr], at) => ({
      refId: String.fromCharCode(65 + at),
      datasource: source,
      expr,
      legendFormat,
    })),
  };
}
