/** What must not be torn apart at the end of a line: `2026-11-27 11:14 UTC`, `2027-02-20`. */
const instants = /(\d{4}-\d\d-\d\d(?: \d\d:\d\d UTC)?)/;

/** A sentence of the server's, whose instants stay on one line. */
export function Sentence({ text }: { readonly text: string }) {
  // Split by what is captured: every second piece is an instant.
  const pieces = text.split(instants);
  return pieces.map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      <span key={index} className="nowrap">
        {piece}
      </span>
    ),
  );
}
