/** The tables as Kysely sees them; migrations/ is their definition. */
import type { AccessTables } from "./schema/access.ts";
import type { CaTables } from "./schema/ca.ts";
import type { CampaignTables } from "./schema/campaign.ts";
import type { CertificateTables } from "./schema/certificate.ts";
import type { CheckTables } from "./schema/check.ts";
import type { DeliveryTables } from "./schema/delivery.ts";
import type { DnsTables } from "./schema/dns.ts";
import type { EventTables } from "./schema/event.ts";
import type { InstallationTables } from "./schema/installation.ts";
import type { IssuanceTables } from "./schema/issuance.ts";
import type { KeyTables } from "./schema/key.ts";
import type { LedgerTables } from "./schema/ledger.ts";
import type { LineTables } from "./schema/line.ts";
import type { LineageTables } from "./schema/lineage.ts";
import type { ReplacementTables } from "./schema/replacement.ts";
import type { VaultTables } from "./schema/vault.ts";
import type { ViewTables } from "./schema/view.ts";
import type { WebhookTables } from "./schema/webhook.ts";

export interface Schema
  extends AccessTables,
    CaTables,
    CampaignTables,
    CertificateTables,
    CheckTables,
    DeliveryTables,
    DnsTables,
    EventTables,
    InstallationTables,
    IssuanceTables,
    KeyTables,
    LedgerTables,
    LineTables,
    LineageTables,
    ReplacementTables,
    VaultTables,
    ViewTables,
    WebhookTables {}
