/** Whether a text from outside can be an id of ours: PostgreSQL would answer anything else with an error. */
export const isRowId = (text: string): boolean => /^[1-9]\d{0,17}$/.test(text);
