/**
 * A table of up to 50,000 rows: only those in sight are elements. Head and totals stay, columns are
 * chosen, J/K and arrows walk, Space marks, Enter opens, Ctrl-C copies, a heading sorts.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { narrow } from "../narrow";
import { shownColumns } from "./choice";
import type { Column } from "./columns";
import { Foot } from "./foot";
import { Body, Head, Totals } from "./parts";
import { sorted, totalOf, type Order } from "./rows";
import { useTableKeys } from "./table_keys";
import { useWindow } from "./window";

export interface TableProps<R extends object> {
  /** Columns are remembered under this name. */
  name: string;
  /** What the rows are: read to those who cannot see. */
  label: string;
  rows: readonly R[];
  columns: readonly Column<R>[];
  id: (row: R) => string;
  /** Which rows the filters leave; null: all. The same function as long as the filters are the same. */
  match?: ((row: R) => boolean) | null;
  /** The row shown beside the table, by id. */
  selected?: string;
  onSelect?: (row: R) => void;
  /** Enter and double click: by default nothing more than choosing it. */
  onOpen?: (row: R) => void;
  /** Rows can be marked; gets their ids. */
  marks?: ReadonlySet<string>;
  onMark?: (marks: ReadonlySet<string>) => void;
  /** Cells pasted over the table, as a spreadsheet copies them. */
  onPaste?: (cells: string[][]) => void;
  /** Where more rows come from, when the last one is in sight. */
  onEnd?: () => void;
  /** There are more rows than these: said, and no total is shown. */
  more?: boolean;
  /** The same rows as a file. */
  exportTo?: { href: string; text?: string };
  /** What all rows add up to, also those that are not here, by column: shown instead of sums made here. */
  sums?: ReadonlyMap<string, string>;
  /** In place of rows when there are none. */
  empty?: ComponentChildren;
  /** Keys belong to this table; only one on a page has them. */
  keys?: boolean;
  /** It is as high as its rows, up to the height of `most_px`, instead of filling its place. */
  most_px?: number;
}

export function Table<R extends object>(props: TableProps<R>) {
  const { name, label, rows, columns, id, match = null, selected = "", more = false, sums, empty, most_px, onEnd } = props;
  const order = useSignal<Order | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const sort = order.value;
  const ordered = useMemo(() => {
    const column = sort && columns.find(({ key }) => key === sort.key);
    return column ? sorted(rows, column, sort.down) : rows;
  }, [rows, sort]);
  const shown = useMemo(() => (match ? ordered.filter(match) : ordered), [ordered, match]);
  const at = useMemo(() => (selected ? shown.findIndex((row) => id(row) === selected) : -1), [shown, selected]);
  const seen = shownColumns(name, columns, narrow.value);
  const totals = useMemo(
    () => sums ?? new Map(more ? [] : seen.filter(({ total }) => total).map((column) => [column.key, totalOf(shown, column)])),
    [shown, more, sums, seen.map(({ key }) => key).join()],
  );
  const { first, last, height } = useWindow(box, shown.length, at);
  const marking = useTableKeys({ ...props, box, shown, seen, at });
  useEffect(() => { if (last >= shown.length) onEnd?.(); }, [last, shown.length]);
  if (!shown.length && empty) return <div class="tabled">{empty}</div>;
  return (
    <div class="tabled" style={most_px ? { maxHeight: `${most_px}px` } : {}} onKeyDown={marking.onKeyDown}>
      <div class="scrolled" ref={box} tabIndex={0} role="region" aria-label={label}>
        <table role="grid" aria-label={label} aria-rowcount={shown.length + 1} aria-multiselectable={Boolean(props.onMark)}
          style={{ minWidth: `${seen.reduce((all, { width }) => all + width, props.onMark ? 44 : 0)}px` }}>
          <Head seen={seen} order={sort} onOrder={(next) => (order.value = next)} marking={marking} shown={shown} />
          <Body {...{ shown, seen, id, at, first, last, height, marking }} onSelect={props.onSelect} onOpen={props.onOpen} />
          {totals.size > 0 && shown.length > 0 && <Totals seen={seen} totals={totals} rows={shown} marks={Boolean(props.onMark)} units={!sums} />}
        </table>
      </div>
      <Foot name={name} columns={columns} seen={seen} shown={shown} all={rows.length} more={more} marked={marking.rows}
        exportTo={props.exportTo} />
    </div>
  );
}
