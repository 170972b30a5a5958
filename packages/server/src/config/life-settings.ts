/** The settings of how long is tried, waited and kept; part of the table in settings.ts. */
import Type from "typebox";

const wholeDays = (usual: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3650, default: usual, description, unit: "days" });

export const lifeSettings = {
  give_up_first_days: wholeDays(
    7,
    "A first certificate that fails for what the customer has to put right is tried for so many days; then it is given up, and ordered again when its check turns right or somebody asks for it.",
  ),
  give_up_renewal_days: wholeDays(30, "The same of a renewal: so many days after the certificate has ended."),
  moved_after_days: wholeDays(
    7,
    "A domain with a certificate whose names lead elsewhere for so many days has moved: it is not renewed. Only while names are checked.",
  ),
  moved_kept_days: wholeDays(
    30,
    "A domain that has moved is removed after so many days, unless it comes back.",
  ),
  demands_per_domain: Type.Integer({
    minimum: 0,
    maximum: 100_000,
    default: 20,
    description:
      "So many first certificates an hour are begun for the names of a registered domain because an edge was asked for them in a handshake; more wait for their turn. 0: a handshake begins none. The same for every process.",
    unit: "certificates",
  }),
  leave_out_after: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 3,
    description:
      "After so many failures in a row that are a name's own the certificate is issued without it; it is added back when it is right. Never the first name of a domain.",
    unit: "failures",
  }),
  keys_kept_days: Type.Integer({
    minimum: 0,
    maximum: 3650,
    default: 30,
    description:
      "A private key that nothing uses any more (its domain is removed, or its certificate has a successor) is destroyed after so many days; a tenant or an edge group may have days of its own. The same for every process.",
    unit: "days",
  }),
};
