/** Drawn on a grid of 16 with a stroke of 1.5; each is a path or several. */
const paths = {
  good: "M13 4.500 6.500 11.500 3 8",
  busy: "M8 2.500a5.500 5.500 0 1 1-5.500 5.500M8 5v3l2 1.500",
  wait: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM8 5v3l2 1.500",
  warn: "M8 2.500 14 13H2ZM8 6.500v3M8 11.200v.1",
  bad: "M5.300 2.500h5.400L13.500 5.300v5.400l-2.800 2.800H5.300L2.500 10.700V5.300ZM8 5v3.500M8 10.900v.1",
  rest: "M3.500 8h9",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "M4.500 3v10l8-5Z",
  moved: "M3 8h9.500M8.500 4l4 4-4 4",
  removed: "M3 4.500h10M6.500 4.500V3h3v1.500M4.500 4.500l.5 8.500h6l.5-8.500",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9ZM10.300 10.300 13.500 13.500",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.500 5.500V2.500h8v8h-3M2.500 5.500h8v8h-8Z",
  menu: "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
  more: "M8 3.500v.1M8 8v.1M8 12.500v.1",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  left: "M10 4 6 8l4 4",
  right: "M6 4l4 4-4 4",
  again: "M13 8a5 5 0 1 1-1.600-3.700M13 2.500v3h-3",
  plus: "M8 3v10M3 8h10",
  sun: "M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600ZM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.7.7M11.900 11.900l.7.7M3.400 12.600l.7-.7M11.900 4.100l.7-.7",
  moon: "M13.200 9.600A5.600 5.600 0 0 1 6.400 2.800a5.600 5.600 0 1 0 6.800 6.800Z",
  screen: "M2.500 3.500h11v7.500h-11ZM6 13.500h4M8 11v2.500",
  link: "M9.500 3h3.500v3.500M13 3 7.500 8.500M11 9.500V13H3V5h3.500",
  person:
    "M8 8a2.700 2.700 0 1 0 0-5.400A2.700 2.700 0 0 0 8 8ZM3 13.500c.5-2.300 2.500-3.500 5-3.500s4.500 1.200 5 3.500",
} as const;

export type IconName = keyof typeof paths;

/** Always beside a word or within something that has a label: it is not read out. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
