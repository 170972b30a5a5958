import { Fragment } from "react";

/** A DNS name that, where it is too long for its place, breaks before a dot or after a hyphen. */
export function HostName({ name }: { readonly name: string }) {
  return name.split(/(?=\.)|(?<=-)/).map((piece, index) => (
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      {piece}
    </Fragment>
  ));
}
