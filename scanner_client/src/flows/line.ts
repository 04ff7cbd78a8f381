/** The line in hand: one item, one lot or serial, so many of it. */
import type { ScanEvidence } from "../outbox/commands";
import { add } from "../quantity";
import type { Item, ItemMeaning } from "../scan/meaning";
import type { Words } from "../text/words";

export interface Line {
  item: Item;
  quantity: string;
  lot: string | null;
  serial: string | null;
  expires_on: string | null;
  production_date: string | null;
  scans: ScanEvidence[];
}

/** Evidence kept with one command; more would only repeat itself. */
const SCANS_MOST = 20;

export function openLine(meaning: ItemMeaning, scan: ScanEvidence): Line {
  const { item, quantity, lot, serial, expires_on, production_date } = meaning;
  return {
    item, lot, serial, expires_on, production_date,
    quantity: item.tracking === "serial" ? "1" : quantity,
    scans: [scan],
  };
}

/** What must be known before the line can be stored. */
export function missing(line: Line): "lot" | "serial" | null {
  if (line.item.tracking === "serial") return line.serial ? null : "serial";
  return line.item.tracking === "lot" && !line.lot ? "lot" : null;
}

/** Whether this scan is more of the line: the same item, and no other lot or serial. */
export function belongs(line: Line, meaning: ItemMeaning): boolean {
  if (line.item.sku !== meaning.item.sku) return false;
  if (line.item.tracking === "serial") return !line.serial || line.serial === meaning.serial;
  return !meaning.lot || !line.lot || line.lot === meaning.lot;
}

/** The line with one more scan: what was missing is filled in first, else it counts on. */
export function grown(line: Line, meaning: ItemMeaning, scan: ScanEvidence): Line {
  const wanted = missing(line);
  const fills = wanted !== null && meaning[wanted] !== null;
  const counts = !fills && line.item.tracking !== "serial";
  return {
    ...line,
    quantity: counts ? add(line.quantity, meaning.quantity) : line.quantity,
    lot: line.lot ?? meaning.lot,
    serial: line.serial ?? meaning.serial,
    expires_on: line.expires_on ?? meaning.expires_on,
    production_date: line.production_date ?? meaning.production_date,
    scans: withScan(line.scans, scan),
  };
}

export function withScan(scans: ScanEvidence[], scan: ScanEvidence): ScanEvidence[] {
  return [...scans, scan].slice(-SCANS_MOST);
}

/** The part of a command's body that names goods. Dates are facts of goods that come in. */
export function goods(line: Line, dates: boolean): Record<string, unknown> {
  return {
    item: line.item.sku,
    quantity: line.quantity,
    ...(line.lot && { lot: line.lot }),
    ...(line.serial && { serial: line.serial }),
    ...(dates && line.expires_on && { expires_on: line.expires_on }),
    ...(dates && line.production_date && { production_date: line.production_date }),
  };
}

export function chips(line: Pick<Line, "lot" | "serial" | "expires_on">): Words[] {
  const found: [Words[0], string | null][] = [
    ["chip_lot", line.lot], ["chip_serial", line.serial], ["chip_expiry", line.expires_on],
  ];
  return found.flatMap(([key, value]) => (value ? [[key, { value }] as Words] : []));
}
