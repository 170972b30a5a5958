import type { Operations } from "@certmill/api";
import { judgeInstallation } from "@certmill/domain";
import { gatherInstallation, type InstallationTools } from "../gather-installation.ts";
import { instantText } from "../present/instant-text.ts";
import type { Handler } from "../routes.ts";

export function examineHandler(
  tools: InstallationTools & { readonly version: string },
): Handler<Operations["examine"]> {
  return async ({ signal }) => {
    const facts = await gatherInstallation(tools, signal);
    const findings = judgeInstallation(facts);
    return {
      status: 200,
      body: {
        version: tools.version,
        seenAt: instantText(facts.now),
        right: !findings.some(({ state }) => state === "wrong"),
        findings: [...findings],
      },
    };
  };
}
