/** An answer that all get who ask within `milliseconds` of its being asked for; one that fails is asked for again. */
export function freshFor<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (asked === null || performance.now() - asked.at >= milliseconds) {
      const answer = ask();
      const mine = { at: performance.now(), answer };
      asked = mine;
      answer.catch(() => {
        if (asked === mine) asked = null;
      });
    }
    return asked.answer;
  };
}
