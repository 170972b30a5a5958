import type { Db } from "../../store/database.ts";
import { type CaRow, findCa, listCas } from "../../store/read/cas.ts";
import { Refusal } from "../refusal.ts";

/** @throws {Refusal} `ca-missing`, which says which there are. */
export async function wantedCa(db: Db, name: string): Promise<CaRow> {
  const ca = await findCa(db, name);
  if (ca !== null) return ca;
  const names = (await listCas(db, { after: null, limit: 20 })).map((each) => each.name);
  throw new Refusal(
    "ca-missing",
    `There is no CA "${name}"${names.length === 0 ? "" : `; there are: ${names.join(", ")}`}.`,
  );
}
