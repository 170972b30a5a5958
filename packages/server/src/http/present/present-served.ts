import type { EdgeCertificate } from "@certmill/api";
import type { ServedLineage } from "../../store/read/edge-feed.ts";
import { instantText } from "./instant-text.ts";

export const presentServed = ({
  lineage_id,
  names,
  twin_of,
  certificate_id,
  serial,
  not_after,
}: ServedLineage): EdgeCertificate => ({
  lineageId: lineage_id,
  names,
  certificateId: certificate_id,
  serial,
  notAfter: instantText(not_after),
  twinOf: twin_of,
});
