/**
 * What is made of a schema, when it is first needed and once for all who need it: of the API's some three hundred, most processes
 * use a few, and to make all at the start took half of its time.
 */
export function madeOnce<S extends object, T extends object>(make: (schema: S) => T): (schema: S) => T {
  const made = new WeakMap<S, T>();
  return (schema) => {
    const known = made.get(schema);
    if (known !== undefined) return known;
    const fresh = make(schema);
    made.set(schema, fresh);
    return fresh;
  };
}
