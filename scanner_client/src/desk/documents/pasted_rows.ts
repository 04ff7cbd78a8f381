/** Rows of a spreadsheet as lines of a draft: columns found by heading or by order, wrong rows named. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { isPositive, parse } from "../../quantity";
import { d } from "./words";

export type Item = components["schemas"]["Item"];

/** One line while it is typed: texts as they stand in the cells. */
export interface DraftLine {
  key: number;
  item: string;
  /** What the server knows of it; null: not looked up, or unknown. */
  known: Item | null;
  quantity: string;
  unit: string;
  price: string;
  location: string;
  to_location: string;
  lot: string;
  /** "2027-03-31", or "". */
  expires_on: string;
  remarks: string;
  /** What this page does not edit and must not lose. */
  rest: Partial<components["schemas"]["NewDocumentLine"]>;
}

export interface PastedRow {
  /** As counted in the spreadsheet's own selection, from 1. */
  row: number;
  line: DraftLine;
  problem: string;
}

type Cell = "item" | "quantity" | "unit" | "price" | "location" | "lot" | "expires_on" | "to_location" | "remarks";

const ORDER: readonly Cell[] = ["item", "quantity", "unit", "price", "location", "lot", "expires_on"];
const NAMED: readonly Cell[] = [...ORDER, "to_location", "remarks"];
const HEADINGS: Record<Cell, RegExp> = {
  item: /^(sku|item|item code|货号|货品|货品编码|物料编码|商品编码|存货编码)$/i,
  quantity: /^(quantity|qty|数量)$/i,
  unit: /^(unit|packaging|pack|单位|包装)$/i,
  price: /^(price|unit price|单价)$/i,
  location: /^(location|bin|库位|货位|调出库位)$/i,
  lot: /^(lot|batch|lot no\.?|批号|批次|批次号)$/i,
  expires_on: /^(expiry|expires|expires on|best before|有效期|有效期至|到期日|失效日期)$/i,
  to_location: /^(to location|to bin|调入库位)$/i,
  remarks: /^(remarks?|note|备注|摘要)$/i,
};
const AT_ONCE = 8;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
let made = 0;

export function emptyLine(): DraftLine {
  return { key: (made += 1), item: "", known: null, quantity: "", unit: "", price: "", location: "", to_location: "", lot: "", expires_on: "", remarks: "", rest: {} };
}

export function isEmpty(line: DraftLine): boolean {
  return !line.item.trim() && !line.quantity.trim();
}

/** The rows, looked up and checked; empty ones are left out. */
export async function checkRows(cells: string[][], mayPrice: boolean): Promise<PastedRow[]> {
  const heading = columnsOf(cells[0] ?? []);
  const columns = heading ?? ORDER;
  const rows = cells.map((row, at) => ({ row: at + 1, cells: row })).slice(heading ? 1 : 0)
    .filter(({ cells: row }) => row.some((cell) => cell.trim()));
  const lines = rows.map(({ row, cells: found }) => {
    const line = emptyLine();
    columns.forEach((column, at) => { if (column) line[column] = (found[at] ?? "").trim(); });
    for (const name of ["quantity", "price"] as const) line[name] = plainNumber(line[name]);
    line.expires_on = plainDay(line.expires_on);
    return { row, line };
  });
  const known = await findItems(lines.map(({ line }) => line.item));
  return lines.map(({ row, line }) => {
    const item = known.get(line.item.toLowerCase()) ?? null;
    const whole = { ...line, known: item, item: item?.sku ?? line.item, unit: line.unit === item?.base_unit ? "" : line.unit };
    return { row, line: whole, problem: problemOf(whole, mayPrice) };
  });
}

/** What is wrong with a line, in words; "" when nothing is. */
export function problemOf(line: DraftLine, mayPrice: boolean): string {
  const { item, known, quantity, unit, price } = line;
  if (!item.trim()) return d("no_item_given");
  if (!known) return d("bad_item", { value: item });
  if (!isPositive(quantity)) return d("bad_quantity", { value: quantity });
  const units = (known.packagings ?? []).map(({ name }) => name);
  if (unit && !units.includes(unit)) return d("bad_unit", { value: unit, allowed: [known.base_unit ?? "", ...units].join(", ") });
  if (price && !mayPrice) return d("price_right");
  if (price && (parse(price) === null || price.startsWith("-"))) return d("bad_price", { value: price });
  if (line.expires_on && !DAY.test(line.expires_on)) return d("bad_day", { value: line.expires_on });
  return "";
}

/** Items by SKU in small letters; what is not known is not in it. */
export async function findItems(skus: readonly string[]): Promise<Map<string, Item>> {
  const wanted = [...new Set(skus.map((sku) => sku.trim()).filter(Boolean))];
  const found = new Map<string, Item>();
  const look = async (): Promise<void> => {
    for (let sku = wanted.pop(); sku; sku = wanted.pop()) {
      const { rows } = await call("get", "/api/v1/items", { query: { sku: sku.slice(0, 64), limit: 1, retired: false } });
      if (rows[0]) found.set(sku.toLowerCase(), rows[0]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, look));
  return found;
}

/** Which cell each column is, when the first row is a heading: it names the item and the quantity. */
function columnsOf(row: string[]): (Cell | null)[] | null {
  const named = row.map((title) => NAMED.find((cell) => HEADINGS[cell].test(title.trim())) ?? null);
  return named.includes("item") && named.includes("quantity") ? named : null;
}

/** "1,234.50" and "¥12" as spreadsheets show them. */
function plainNumber(text: string): string {
  return text.replace(/^[¥￥]\s*/, "").replace(/,(?=\d{3}(\D|$))/g, "");
}

/** "2027/3/1", "2027.3.1" and "2027年3月1日" as the server writes days; anything else as it is. */
function plainDay(text: string): string {
  const [, year, month = "", day = ""] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) ?? [];
  return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : text;
}
