import { parseAccountKey } from "../ca/account-key.ts";
import type { Account, Accounts } from "../ca/accounts.ts";
import type { Urls } from "../ca/urls.ts";
import { Refusal } from "../problem.ts";
import { isRecord, type JsonRecord } from "../record.ts";
import { parseJws, readJwk, verifiedPayload } from "./signed-request.ts";

/**
 * Gives an account a new key: RFC 8555 section 7.3.5. `payload` is the inner JWS, signed by the new key over
 * the account's URL and the old key.
 *
 * @throws Refusal
 */
export async function changeAccountKey(
  account: Account,
  payload: JsonRecord,
  accounts: Accounts,
  urls: Urls,
): Promise<void> {
  const { jws, header } = parseJws(payload);
  if (!isRecord(header.jwk)) throw new Refusal("malformed", "Inner JWS must have a jwk");
  if ("nonce" in header) throw new Refusal("malformed", "Inner JWS must not have a nonce");
  if (header["url"] !== urls.keyChange())
    throw new Refusal("malformed", "Outer JWS and inner JWS differ in url");
  const newKey = await parseAccountKey(readJwk(header.jwk));
  const change: unknown = JSON.parse(Buffer.from(await verifiedPayload(jws, header, newKey)).toString());
  if (!isRecord(change) || change["account"] !== account.url) {
    throw new Refusal(
      "malformed",
      "Inner key rollover request specified Account and outer JWS Key ID differ",
    );
  }
  const { oldKey } = change;
  if (!isRecord(oldKey) || (await parseAccountKey(readJwk(oldKey))).thumbprint !== account.key.thumbprint) {
    throw new Refusal("malformed", "Inner JWS does not contain old key field matching current account key");
  }
  accounts.changeKey(account, newKey);
}
