/** One block of RFC 7468. */
export interface PemBlock {
  /** Such as "CERTIFICATE". */
  readonly label: string;
  readonly der: Uint8Array;
}

const BEGIN = "-----BEGIN ";
const DASHES = "-----";

/** RFC 7468 section 3, and no longer than any in use: what is looked for again at the block's end stays short. */
const LABEL = /^[A-Z0-9][A-Z0-9 ]{0,62}$/;

/**
 * The blocks of a PEM text, in order. Text between blocks is passed over (RFC 7468 section 5.2). The time it takes
 * grows with the text's length alone; a bound on that is the caller's.
 *
 * @returns null when a block is not closed or is not base64.
 */
export function parsePem(text: string): readonly PemBlock[] | null {
  const blocks: PemBlock[] = [];
  let from = text.indexOf(BEGIN);
  while (from >= 0) {
    const labelEnd = text.indexOf(DASHES, from + BEGIN.length);
    const label = labelEnd < 0 ? "" : text.slice(from + BEGIN.length, labelEnd);
    if (!LABEL.test(label)) return null;
    const endLine = `-----END ${label}-----`;
    const bodyEnd = text.indexOf(endLine, labelEnd);
    if (bodyEnd < 0) return null;
    const body = text.slice(labelEnd + DASHES.length, bodyEnd).replaceAll(/\s/g, "");
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || body.length % 4 !== 0) return null;
    blocks.push({ label, der: Buffer.from(body, "base64") });
    from = text.indexOf(BEGIN, bodyEnd + endLine.length);
  }
  return blocks;
}

/** One block in the strict form: lines of 64, LF, a line end at the end. */
export function writePem({ label, der }: PemBlock): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`${BEGIN}${label}${DASHES}`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
