/** A Postfix or a Dovecot of a test's own, beside the machine's. */
export interface MailServer extends AsyncDisposable {
  /** With which its package's commands (`postmap`, `doveadm`) mean it and not the machine's own. */
  readonly environment: Readonly<Record<string, string>>;
  /** The last of its log. */
  output(): string;
}

export interface MailServerPlace {
  /** For all it writes. Every user must be able to enter it: mail servers change to users of their own. */
  readonly directory: string;
  /** Where its configuration goes, as /etc/postfix or /etc/dovecot; there already. */
  readonly configuration: string;
  /** The lines that a test is about: certificates. */
  readonly settings: string;
}
