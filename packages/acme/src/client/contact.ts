/**
 * Whether a contact can be handed in: a URL, and a `mailto:` of one address without header fields (RFC 8555
 * section 7.3).
 */
function isContact(contact: string): boolean {
  if (!/^mailto:/i.test(contact)) return URL.canParse(contact);
  return /^mailto:[^@,?\s]+@[^@,?\s]+$/i.test(contact);
}

/** @throws TypeError for a contact that a CA must refuse. */
export function acceptContacts(contacts: readonly string[] | undefined): void {
  const wrong = contacts?.find((contact) => !isContact(contact));
  if (wrong === undefined) return;
  throw new TypeError(
    `not a contact: ${JSON.stringify(wrong.slice(0, 100))}; a contact is a URL such as "mailto:ops@example.com", with one address and nothing after it`,
  );
}
