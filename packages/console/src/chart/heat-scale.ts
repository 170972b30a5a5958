/** One shade of a heat map, and the numbers it stands for, both ends among them. */
export interface HeatShade {
  /** 0 (none) to 4 (the most). */
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

const shades = 4;

/** The shade of a number where `most` is the largest. */
export const heatStep = (value: number, most: number): number =>
  value <= 0 ? 0 : Math.min(shades, Math.ceil((value * shades) / most));

/** The shades that whole numbers up to `most` can have, from none on: a legend. */
export function heatShades(most: number): readonly HeatShade[] {
  const scale: HeatShade[] = [{ step: 0, from: 0, to: 0 }];
  for (let step = 1; step <= shades; step += 1) {
    const from = Math.floor(((step - 1) * most) / shades) + 1;
    const to = Math.floor((step * most) / shades);
    if (from <= to) scale.push({ step, from, to });
  }
  return scale;
}
