import { readFile } from "node:fs/promises";
import { chartFont } from "./svg-chart.ts";

/** Twice as many pixels as the SVG has: sharp on today's screens. */
const zoom = 2;

const fontFiles = (): readonly string[] => [
  import.meta.resolve("@expo-google-fonts/oxygen/400Regular/Oxygen_400Regular.ttf"),
  import.meta.resolve("@expo-google-fonts/oxygen/700Bold/Oxygen_700Bold.ttf"),
];

/** The same chart as a PNG, with a font that is brought along: a server has none. */
export async function pngChart(svg: string): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await initWasm(await readFile(new URL(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
  const fontBuffers = await Promise.all(fontFiles().map((url) => readFile(new URL(url))));
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: chartFont, sansSerifFamily: chartFont },
  });
  return image.render().asPng();
}
