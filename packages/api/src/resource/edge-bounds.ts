/** Certificates that one call may ask for. */
export const maxKeyPairs = 100;

/** Receipts that one call may carry. */
export const maxReceipts = 1_000;
