/**
 * A number in (0, 1) that looks random and is always the same for the same text: on every machine, in every version.
 * Choices that must stay put for years are made with it; it is no secret and no signature.
 */
export function stableFraction(text: string): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let n = 0; n < text.length; n += 1) {
    const unit = text.charCodeAt(n);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  const left = mixed(high ^ Math.imul(low, 0x85ebca77)) >>> 0;
  const right = mixed(low ^ Math.imul(left, 0xc2b2ae3d)) >>> 0;
  // 52 bits and a half: neither 0 nor 1.
  return ((left >>> 6) * 2 ** 26 + (right >>> 6) + 0.5) / 2 ** 52;
}

/** The finalizer of MurmurHash3: each bit of the input changes half of the output's. */
function mixed(word: number): number {
  let hash = word ^ (word >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
