import { numberText } from "../terminal/number-text.ts";
import { axisEnd, type DaySeries } from "./day-series.ts";
import { dayAfter } from "./terminal-chart.ts";

const size = { width: 960, height: 440 } as const;
const plot = { left: 76, right: 936, top: 72, bottom: 376 } as const;
const colour = {
  ink: "#1f2933",
  faint: "#616e7c",
  grid: "#d9e2ec",
  bar: "#2f6fb2",
  line: "#c4501b",
} as const;

/** The font that is drawn with where there is none of the others, as in a PNG. */
export const chartFont = "Oxygen";

/** Certificates a day as bars and renewals a day as a line, as an SVG document. */
export function svgChart(
  series: DaySeries,
  { title, subtitle }: { readonly title: string; readonly subtitle: string },
): string {
  const most = axisEnd(Math.max(1, ...series.certificates, ...series.renewals));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="system-ui, ${chartFont}, sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    text(plot.left, 30, title, { size: 18, weight: "bold" }),
    text(plot.left, 52, subtitle, { size: 13, fill: colour.faint }),
    ...grid(most),
    ...bars(series, most),
    renewalLine(series, most),
    ...dayMarks(series),
    ...legend(),
    "</svg>",
    "",
  ].join("\n");
}

const heightOf = (value: number, most: number): number => ((plot.bottom - plot.top) * value) / most;
const columnOf = (index: number, length: number): number =>
  plot.left + ((plot.right - plot.left) * index) / length;

function grid(most: number): readonly string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((part) => {
    const y = fixed(plot.bottom - heightOf(most * part, most));
    return [
      `<line x1="${plot.left}" x2="${plot.right}" y1="${y}" y2="${y}" stroke="${colour.grid}"/>`,
      text(plot.left - 8, Number(y) + 4, numberText(most * part), {
        size: 12,
        fill: colour.faint,
        anchor: "end",
      }),
    ];
  });
}

function bars({ certificates }: DaySeries, most: number): readonly string[] {
  const width = (plot.right - plot.left) / certificates.length;
  const gap = width > 4 ? 1 : 0;
  return certificates.flatMap((value, index) => {
    if (value === 0) return [];
    const height = heightOf(value, most);
    return [
      `<rect x="${fixed(columnOf(index, certificates.length))}" y="${fixed(plot.bottom - height)}" width="${fixed(width - gap)}" height="${fixed(height)}" fill="${colour.bar}"/>`,
    ];
  });
}

function renewalLine({ renewals }: DaySeries, most: number): string {
  const first = renewals.findIndex((value) => value > 0);
  if (first < 0) return "";
  const points = renewals.slice(first).map((value, index) => {
    const x = columnOf(first + index + 0.5, renewals.length);
    return `${fixed(x)},${fixed(plot.bottom - heightOf(value, most))}`;
  });
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour.line}" stroke-width="2" stroke-linejoin="round"/>`;
}

const mostMarks = 6;

function dayMarks({ firstDay, certificates }: DaySeries): readonly string[] {
  const length = certificates.length;
  const marks = Math.min(mostMarks, length);
  return Array.from({ length: marks }, (_, mark) => {
    const index = marks === 1 ? 0 : Math.round((mark * (length - 1)) / (marks - 1));
    const anchor = mark === 0 ? "start" : mark === marks - 1 ? "end" : "middle";
    const x = mark === 0 ? plot.left : mark === marks - 1 ? plot.right : columnOf(index + 0.5, length);
    return text(x, plot.bottom + 20, dayAfter(firstDay, index), { size: 12, fill: colour.faint, anchor });
  });
}

function legend(): readonly string[] {
  const y = size.height - 22;
  return [
    `<rect x="${plot.left}" y="${y - 10}" width="12" height="12" fill="${colour.bar}"/>`,
    text(plot.left + 18, y, "certificates of the list, a day", { size: 12 }),
    `<line x1="${plot.left + 250}" x2="${plot.left + 274}" y1="${y - 4}" y2="${y - 4}" stroke="${colour.line}" stroke-width="2"/>`,
    text(plot.left + 280, y, "their renewals, a day", { size: 12 }),
  ];
}

interface TextStyle {
  readonly size: number;
  readonly fill?: string;
  readonly weight?: "bold";
  readonly anchor?: "start" | "middle" | "end";
}

function text(
  x: number,
  y: number,
  words: string,
  { size: points, fill = colour.ink, weight, anchor = "start" }: TextStyle,
): string {
  const bold = weight === undefined ? "" : ` font-weight="${weight}"`;
  return `<text x="${fixed(x)}" y="${fixed(y)}" font-size="${points}" fill="${fill}" text-anchor="${anchor}"${bold}>${escaped(words)}</text>`;
}

const fixed = (value: number): string => String(Math.round(value * 100) / 100);

const escaped = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
