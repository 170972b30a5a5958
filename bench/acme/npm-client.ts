/**
 * The client process of the npm package `acme-client`: each certificate by `client.auto`, as its documentation
 * shows it, with nothing to publish and no look at the challenge beforehand.
 *
 * Arguments: the directory URL; the account's key: `rsa` (2,048 bits), which is what its documentation makes, or
 * `ecdsa` (P-256). Node knows the root of the CA's own HTTPS by NODE_EXTRA_CA_CERTS.
 */
import { Client, crypto } from "acme-client";
import { answerLaps } from "./lap.ts";

const [directoryUrl = "", keyKind] = process.argv.slice(2);
const accountKey =
  keyKind === "rsa" ? await crypto.createPrivateRsaKey() : await crypto.createPrivateEcdsaKey();
const client = new Client({ directoryUrl, accountKey });
await client.createAccount({ termsOfServiceAgreed: true });
await answerLaps(issue, null);

async function issue(names: readonly string[]): Promise<void> {
  const [, csr] = await crypto.createCsr({ altNames: [...names] }, await crypto.createPrivateEcdsaKey());
  await client.auto({
    csr,
    termsOfServiceAgreed: true,
    skipChallengeVerification: true,
    challengeCreateFn: async () => {},
    challengeRemoveFn: async () => {},
  });
}
