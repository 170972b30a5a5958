/** Whose doing a failure is, as a reader takes it. */
export const whose = {
  customer: "for the customers to change",
  ca: "the CA's doing, tried again by itself",
  operator: "for the operator to change",
} as const;
