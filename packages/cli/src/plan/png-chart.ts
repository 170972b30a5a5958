import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chartFont } from "./svg-chart.ts";

/** Twice as many pixels as the SVG has: sharp on today's screens. */
const zoom = 2;

const fontFiles = ["400Regular/Oxygen_400Regular.ttf", "700Bold/Oxygen_700Bold.ttf"] as const;

/** The same chart as a PNG, with a font that is brought along: a server has none. */
export async function pngChart(svg: string): Promise<Uint8Array> {
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await initWasm(await readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
  const fontBuffers = await Promise.all(
    fontFiles.map((file) =>
      readFile(fileURLToPath(import.meta.resolve(`@expo-google-fonts/oxygen/${file}`))),
    ),
  );
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: chartFont, sansSerifFamily: chartFont },
  });
  return image.render().asPng();
}
