/**
 * Tokens that every responder of an installation answers without being told of them: who makes a check and who answers
 * it need share nothing but the installation. A CA's token is never of this form, so no CA can be answered so.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const prefix = "certmill-check-";
const randomLength = 22;

export interface CheckTokens {
  /** A fresh token, and what a responder answers to it. */
  make(): { readonly token: string; readonly answer: string };
  /** What is to be answered; null: it is no check's token, or another installation's. */
  answerTo(token: string): string | null;
}

/** @param installationId no secret: an answer shows who is asked, and proves nothing to anybody else. */
export function checkTokens(installationId: string): CheckTokens {
  const mac = (text: string): string =>
    createHmac("sha256", `certmill check ${installationId}`)
      .update(text)
      .digest("base64url")
      .slice(0, randomLength);
  const answer = (token: string): string => `${token}.${mac(token)}`;
  return {
    make: () => {
      const random = randomBytes(16).toString("base64url");
      const token = `${prefix}${random}-${mac(random)}`;
      return { token, answer: answer(token) };
    },
    answerTo: (token) => {
      if (!token.startsWith(prefix)) return null;
      const random = token.slice(prefix.length, prefix.length + randomLength);
      const given = Buffer.from(token);
      const made = Buffer.from(`${prefix}${random}-${mac(random)}`);
      return given.length === made.length && timingSafeEqual(given, made) ? answer(token) : null;
    },
  };
}
