/** How columns are read and written: ids are decimal strings (64 bit), instants are read as milliseconds and written as `Date`. */
import type { Instant } from "@certmill/domain";
import type { ColumnType } from "kysely";

export type Id = string;
export type At = ColumnType<Instant, Date, Date>;
export type MaybeAt = ColumnType<Instant | null, Date | null, Date | null>;
export type DefaultAt = ColumnType<Instant, Date | undefined, Date>;
/** Read as a value, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>;
export type Defaulted<T> = ColumnType<T, string | undefined, string>;
