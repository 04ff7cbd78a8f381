/** Head, rows in sight and totals of a table. */
import { ArrowDown, ArrowUp } from "lucide";
import type { ComponentChildren } from "preact";
import { Icon } from "../../../ui/icon";
import { moment } from "../../format";
import { Money, Quantity } from "../figures";
import { zoneOf } from "../places";
import { f } from "../words";
import { isNumeric, type Column } from "./columns";
import type { Order } from "./rows";
import type { Marking } from "./table_keys";

interface HeadProps<R> {
  seen: readonly Column<R>[];
  order: Order | null;
  onOrder: (order: Order | null) => void;
  marking: Marking<R>;
  shown: readonly R[];
}

export function Head<R>({ seen, order, onOrder, marking, shown }: HeadProps<R>) {
  // Up, down, and back to the order the rows came in.
  const next = (key: string): Order | null =>
    order?.key !== key ? { key, down: false } : order.down ? null : { key, down: true };
  return (
    <thead>
      <tr aria-rowindex={1}>
        {marking.toggleAll && (
          <th class="mark" style={{ width: "44px" }}>
            <input type="checkbox" aria-label={f("table_mark_all")} checked={shown.length > 0 && marking.rows.length === shown.length}
              onChange={marking.toggleAll} />
          </th>
        )}
        {seen.map((column) => {
          const sorted = order?.key === column.key ? order : null;
          return (
            <th key={column.key} class={isNumeric(column) ? "right" : ""} style={column.grow ? {} : { width: `${column.width}px` }}
              aria-sort={sorted ? (sorted.down ? "descending" : "ascending") : "none"}>
              <button onClick={() => onOrder(next(column.key))} title={f("table_sort", { column: column.title })}>
                {column.title}{sorted && <Icon of={sorted.down ? ArrowDown : ArrowUp} size={14} />}
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

interface BodyProps<R> {
  shown: readonly R[];
  seen: readonly Column<R>[];
  id: (row: R) => string;
  at: number;
  first: number;
  last: number;
  height: number;
  marking: Marking<R>;
  onSelect: ((row: R) => void) | undefined;
  onOpen: ((row: R) => void) | undefined;
}

export function Body<R>({ shown, seen, id, at, first, last, height, marking, onSelect, onOpen }: BodyProps<R>) {
  return (
    <>
      <Space height={first * height} />
      <tbody>
        {shown.slice(first, last).map((row, index) => (
          <tr key={id(row)} data-row={id(row)} aria-rowindex={first + index + 2} aria-selected={first + index === at}
            class={[first + index === at && "on", marking.has(row) && "marked", onSelect && "pick"].filter(Boolean).join(" ")}
            onClick={(event) => { if (!isOwn(event)) onSelect?.(row); }} onDblClick={() => onOpen?.(row)}>
            {marking.toggle && (
              <td class="mark">
                <input type="checkbox" aria-label={f("table_mark", { row: id(row) })} checked={marking.has(row)}
                  onClick={(event) => marking.toggle!(row, event.shiftKey)} />
              </td>
            )}
            {seen.map((column) => <Cell key={column.key} row={row} column={column} />)}
          </tr>
        ))}
      </tbody>
      <Space height={(shown.length - last) * height} />
    </>
  );
}

/** Links and ticks inside a row do their own work. */
function isOwn(event: Event): boolean {
  return event.target instanceof Element && event.target.closest("a, button, input") !== null;
}

/** What is not drawn still takes its room. */
function Space({ height }: { height: number }) {
  return <tbody aria-hidden="true" class="space"><tr style={{ height: `${height}px` }} /></tbody>;
}

function Cell<R>({ row, column }: { row: R; column: Column<R> }) {
  const inside = column.cell ? column.cell(row) : shownValue(row, column);
  const to = column.link?.(row);
  const words = column.cell ? undefined : String(column.value(row) ?? "");
  return (
    <td class={classOf(column)} title={words}>{to ? <a href={to}>{inside}</a> : inside}</td>
  );
}

function classOf<R>(column: Column<R>): string {
  if (isNumeric(column)) return "right";
  return column.kind === "code" ? "code" : "";
}

function shownValue<R>(row: R, column: Column<R>): ComponentChildren {
  const value = column.value(row);
  if (value === null || value === undefined || value === "") return "";
  const text = String(value);
  switch (column.kind) {
    case "quantity":
      return <Quantity value={text} unit={column.unit?.(row)} />;
    case "number":
      return <Quantity value={text} />;
    case "money":
      return <Money value={text} />;
    case "moment":
      return moment(text, zoneOf(column.site?.(row)));
    default:
      return text;
  }
}

interface TotalsProps<R> {
  seen: readonly Column<R>[];
  totals: ReadonlyMap<string, string>;
  rows: readonly R[];
  marks: boolean;
  /** Whether the rows are known to share their units. */
  units: boolean;
}

export function Totals<R>({ seen, totals, rows, marks, units }: TotalsProps<R>) {
  return (
    <tfoot>
      <tr>
        {marks && <td class="mark" />}
        {seen.map((column, index) => {
          const total = totals.get(column.key);
          const unit = units ? column.unit?.(rows[0]!) : undefined;
          return (
            <td key={column.key} class={isNumeric(column) ? "right" : ""}>
              {index === 0 && !total && f("table_total")}
              {total && (column.kind === "money" ? <Money value={total} /> : <Quantity value={total} unit={unit} />)}
            </td>
          );
        })}
      </tr>
    </tfoot>
  );
}
