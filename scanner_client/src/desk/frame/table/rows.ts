/**
 * Sorting, narrowing and summing of up to 50,000 rows between two key presses. What is read from a
 * row is kept as long as the row is: typing in a search field compares, it parses nothing again.
 */
import { parse, plain } from "../../../quantity";
import { isNumeric, type Column } from "./columns";

export interface Order {
  key: string;
  down: boolean;
}

const collator = new Intl.Collator(["zh", "en"], { numeric: true });

/** Rows in this order; equal ones stay as they were, nothing comes last. */
export function sorted<R extends object>(rows: readonly R[], column: Column<R>, down: boolean): R[] {
  const sign = down ? -1 : 1;
  if (isNumeric(column)) {
    const keyed = rows.map((row) => ({ row, key: numberOf(column.value(row)) }));
    keyed.sort((a, b) => (Number.isNaN(a.key) ? 1 : 0) - (Number.isNaN(b.key) ? 1 : 0) || sign * (a.key - b.key) || 0);
    return keyed.map(({ row }) => row);
  }
  // Codes and instants compare as they are written; only words need a language's own order.
  const compare = column.kind === "text" || column.kind === undefined ? collator.compare : byCode;
  const keyed = rows.map((row) => ({ row, key: String(column.value(row) ?? "") }));
  keyed.sort((a, b) => (a.key ? 0 : 1) - (b.key ? 0 : 1) || sign * compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function numberOf(value: unknown): number {
  return value === null || value === undefined || value === "" ? NaN : Number(value);
}

/** Texts of rows in one case, kept with the row. */
const folded = new WeakMap<object, string>();

/**
 * Whether a row says all the words of a search, wherever. `textOf` is read once for each row; null
 * for an empty search.
 */
export function says<R extends object>(search: string, textOf: (row: R) => string): ((row: R) => boolean) | null {
  const words = fold(search).split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  return (row) => {
    let text = folded.get(row);
    if (text === undefined) folded.set(row, (text = fold(textOf(row))));
    return words.every((word) => text!.includes(word));
  };
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

const parsed = new WeakMap<object, Map<string, bigint>>();

/** The exact sum of a column, "" where the rows do not share one unit. */
export function totalOf<R extends object>(rows: readonly R[], column: Column<R>): string {
  if (column.unit && rows.length) {
    const unit = column.unit(rows[0]!);
    if (!rows.every((row) => column.unit!(row) === unit)) return "";
  }
  let sum = 0n;
  for (const row of rows) sum += millionths(row, column);
  return plain(sum);
}

function millionths<R extends object>(row: R, column: Column<R>): bigint {
  let values = parsed.get(row);
  if (!values) parsed.set(row, (values = new Map<string, bigint>()));
  let value = values.get(column.key);
  if (value === undefined) values.set(column.key, (value = parse(String(column.value(row) ?? "0")) ?? 0n));
  return value;
}
