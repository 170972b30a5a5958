/** Who did it, as an event's detail keeps it: a token or somebody who had signed in, by name. */
export type ByWhom = { readonly token: string } | { readonly person: string };
