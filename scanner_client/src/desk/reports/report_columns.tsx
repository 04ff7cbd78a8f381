/** The columns the API names, as the desk's tables take them. */
import type { components } from "../../api/schema";
import { nameOf, t, type Text } from "../../text/words";
import { zh } from "../../text/zh";
import { Money, Quantity } from "../frame/figures";
import { address } from "../frame/open_thing";
import { siteName, statusName } from "../frame/places";
import type { Column, Kind } from "../frame/table/columns";
import { figureAddress, type Cells, type Drill, type ReportColumn } from "./drill";
import { r, sayOr } from "./words";

export type Report = components["schemas"]["Report"];

/** A row with its place in the report. */
export interface Row {
  at: string;
  cells: Cells;
  drill: Drill | null;
  /** Its own explanation, where it has one. */
  how: Record<string, unknown> | null;
}

const KINDS: Record<string, Kind> = {
  text: "text", quantity: "quantity", money: "money", number: "number", integer: "number", date: "day", instant: "moment",
};
const CODES = ["item", "lot", "serial", "document", "location", "unit", "from", "to"];
const WIDTHS: Record<Kind, number> = { text: 120, code: 120, quantity: 116, money: 140, number: 104, moment: 164, day: 112 };
/** Told by others beside them, or only when asked for. */
const HIDDEN = ["specification", "base_unit", "name_en", "movement_id", "in_transit", "backorder", "position", "production_date", "serial", "reason"];
const NARROW: Record<string, readonly string[]> = {
  stock_summary: ["in_quantity", "out_quantity", "closing_quantity"],
  item_ledger: ["value_date", "kind", "in_quantity", "out_quantity"],
  valuation: ["quantity", "value"],
  ageing: ["quantity", "value"],
  turnover: ["ratio", "days_of_stock"],
  below_minimum: ["available", "reorder_point", "to_buy"],
  expiry: ["lot", "days_left", "quantity"],
};

export function rowsOf(page: Report, first: number): Row[] {
  return page.rows.map(({ drill, how, ...cells }, index) => ({
    at: String(first + index), cells: cells as Cells, drill: (drill ?? null) as Drill | null, how: (how ?? null) as Row["how"],
  }));
}

/** `onHow`: explains a row; its ratio is then a button. */
export function columnsOf(report: string, columns: readonly ReportColumn[], onHow: (row: Row) => void): Column<Row>[] {
  const names = columns.map(({ name }) => name);
  const narrow = [...(NARROW[report] ?? []), ...(report === "item_ledger" ? [] : [nameColumn(names)])];
  return columns.filter(({ name }) => !(name === "name_en" && names.includes("name_zh"))).map((column) => ({
    ...shaped(report, column, names, onHow), narrow: narrow.includes(column.name), hidden: HIDDEN.includes(column.name),
  }));
}

/** What a row is called on a small screen. */
function nameColumn(names: readonly string[]): string {
  return ["name_zh", "name", "item", "category", "site"].find((name) => names.includes(name)) ?? "";
}

function shaped(report: string, column: ReportColumn, names: readonly string[], onHow: (row: Row) => void): Column<Row> {
  const { name, title } = column;
  const kind = KINDS[column.kind] ?? "text";
  const value = (row: Row): string | number | null | undefined => row.cells[name];
  const base = { key: name, title, value, width: WIDTHS[kind] };
  if (kind === "quantity" || kind === "money" || kind === "number") {
    const blank = report === "item_ledger" && /^(in|out)_/.test(name);
    return {
      ...base, kind, link: (row) => (value(row) == null ? "" : figureAddress(row.drill, column)), width: base.width + (column.movement_kind ? 34 : 0),
      ...(kind === "quantity" && names.includes("base_unit") && { unit: (row: Row) => String(row.cells["base_unit"] ?? "") }),
      ...(blank && { link: (row: Row) => (Number(value(row)) === 0 ? "" : figureAddress(row.drill, column)) }),
      ...(blank && { cell: (row: Row) => (Number(value(row)) === 0 ? "" : kind === "money" ? <Money value={String(value(row))} /> : <Quantity value={String(value(row))} />) }),
      ...(column.kind === "number" && { cell: (row: Row) => (value(row) == null ? "" : <Quantity value={short(String(value(row)))} />) }),
      ...(name === "ratio" && { link: () => "", cell: (row: Row) => <Ratio row={row} value={value(row)} onHow={onHow} /> }),
    };
  }
  if (kind === "moment") return { ...base, kind, site: (row) => row.cells["site"] as string };
  if (kind === "day") return { ...base, kind };
  return { ...base, kind: CODES.includes(name) ? "code" : "text", ...worded(name) };
}

/** Texts that are codes of something, in the reader's words and with the way there. */
function worded(name: string): Partial<Column<Row>> {
  const cell = (row: Row): string => String(row.cells[name] ?? "");
  switch (name) {
    case "item":
      return { link: (row) => address("/item", { code: cell(row) }), width: 130, head: true };
    case "name_zh":
      return { title: r("name"), value: named, link: (row) => nameLink(row), width: 190, grow: true };
    case "name":
      return { width: 190, grow: true };
    case "category":
      return { value: (row) => cell(row) || "–", width: 130 };
    case "site":
      return { value: (row) => siteName(cell(row)), width: 140 };
    case "status":
      return { value: (row) => statusName(cell(row)) };
    case "kind":
      return { value: (row) => kindName(cell(row)) };
    case "method":
      return { value: (row) => sayOr(`method_${cell(row)}`, cell(row)), width: 150 };
    case "flags":
      return { value: (row) => cell(row).split(", ").filter(Boolean).map((flag) => sayOr(`flag_${flag}`, flag)).join(" · "), width: 150 };
    case "from":
    case "to":
      return { value: (row) => placeName(cell(row)), width: 104 };
    case "document":
      return { link: (row) => (cell(row) ? address("/movements", { document: cell(row) }) : "") };
    case "location":
      return { link: (row) => address("/location", { site: String(row.cells["site"] ?? ""), code: cell(row) }) };
    default:
      return {};
  }
}

/** Places outside the house by what they are: "@supplier" is the supplier. */
function placeName(code: string): string {
  const place = `place_${code.slice(1)}`;
  return code.startsWith("@") && place in zh ? t(place as Text) : code;
}

export function kindName(kind: string): string {
  return `kind_${kind}` in zh ? t(`kind_${kind}` as Text) : sayOr(`kind_${kind}`, kind);
}

function named({ cells }: Row): string {
  const code = String(cells["item"] ?? cells["category"] ?? cells["site"] ?? "");
  return nameOf({ name_zh: String(cells["name_zh"] ?? ""), name_en: String(cells["name_en"] ?? ""), code }) || "–";
}

function nameLink({ cells, drill }: Row): string {
  if (cells["item"]) return address("/item", { code: String(cells["item"]) });
  return figureAddress(drill, { name: "", kind: "text", title: "", movement_kind: "" });
}

/** A ratio to two places: "0.75"; the exact one is copied, exported and explained. */
export function short(number: string): string {
  return String(Math.round(Number(number) * 100) / 100);
}

function Ratio({ row, value, onHow }: { row: Row; value: string | number | null | undefined; onHow: (row: Row) => void }) {
  return (
    <button class="link" title={r("how")} aria-label={`${value == null ? "–" : short(String(value))}, ${r("how")}`} onClick={() => onHow(row)}>
      <Quantity value={value === null || value === undefined ? null : short(String(value))} />
    </button>
  );
}
