import type { Replacement } from "@certmill/api";

/** Which certificates a replacement is about: `issuer R12, CA letsencrypt`. */
export function selectionWords({ select }: Pick<Replacement, "select">): string {
  if (select === null) return "a list of serial numbers";
  const { ca, issuer, key, profile } = select;
  return [
    issuer === null ? null : `issuer ${issuer}`,
    ca === null ? null : `CA ${ca}`,
    key === null ? null : `key ${key.slice(0, 16)}…`,
    profile === null ? null : `profile ${profile}`,
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** The serial numbers of a text: one a line, or the first cell of each; what follows a `#` is a remark. */
export const serialsOf = (text: string): readonly string[] =>
  text
    .split(/\r\n|\n|\r/)
    .map((line) =>
      line
        .replace(/[#,;\t].*/, "")
        .replaceAll('"', "")
        .trim(),
    )
    .filter((serial) => serial !== "" && !/^serial$/i.test(serial));
