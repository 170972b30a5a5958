/** The CAs that a request names for its domains, the preferred one first. */
import type { NewDomain } from "@certmill/api";
import type { Db } from "../../store/database.ts";
import type { CaRow } from "../../store/read/cas.ts";
import { Refusal } from "../refusal.ts";
import { wantedCa } from "./wanted-ca.ts";

/** One name, or several in order of preference. */
export type WantedCas = NonNullable<NewDomain["ca"]>;

/** @throws {Refusal} `ca-missing` for a name that is no CA's. */
export async function wantedCas(db: Db, wanted: WantedCas): Promise<readonly [CaRow, ...CaRow[]]> {
  const [first, ...others] = typeof wanted === "string" ? [wanted] : wanted;
  if (first === undefined) throw new Refusal("ca-missing", "No CA was named.");
  const preferred = await wantedCa(db, first);
  const further: CaRow[] = [];
  for (const name of others) further.push(await wantedCa(db, name));
  return [preferred, ...further];
}
