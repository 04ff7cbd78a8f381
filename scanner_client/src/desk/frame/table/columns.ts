/** What a table's column is: where its value comes from, how it is sorted, shown and copied. */
import type { ComponentChildren } from "preact";

/** text and code sort as words; the others as numbers and stand on the right. moment: an instant. */
export type Kind = "text" | "code" | "quantity" | "money" | "number" | "moment" | "day";
export type Value = string | number | null | undefined;

export interface Column<R> {
  key: string;
  title: string;
  kind?: Kind;
  /** The raw value: sorted by, copied, and shown where there is no cell. Decimals as the API writes them. */
  value: (row: R) => Value;
  cell?: (row: R) => ComponentChildren;
  /** The unit beside a quantity; a total is shown only where all rows have the same. */
  unit?: (row: R) => string | undefined;
  /** Summed in the foot. */
  total?: boolean;
  /** The site whose clock a moment is told by. */
  site?: (row: R) => string | null | undefined;
  /** Where the figure's own rows are. */
  link?: (row: R) => string;
  /** Least width in px; a growing column takes what is left over. */
  width: number;
  grow?: boolean;
  /** Shown only when chosen. */
  hidden?: boolean;
  /** Shown on a small screen too. If no column says so, all are, and the table scrolls. */
  narrow?: boolean;
  /** Marked up as the row's name for screen readers. */
  head?: boolean;
}

const NUMERIC: readonly Kind[] = ["quantity", "money", "number"];

export function isNumeric({ kind = "text" }: { kind?: Kind | undefined }): boolean {
  return NUMERIC.includes(kind);
}
