/** From a raw scan to its meaning on the floor, by what this device knows by heart. */
import type { Item, Meaning, MeaningKind } from "../scan/meaning";
import type { RawScan } from "../scan/engine";
import {
  codeKey, lookupKeys, readScan, resolveReading, ScanError,
  type BarcodeEntry, type Meaning as Resolved, type Reading, type ScanKind, type ScanRules,
} from "../scan/resolve";
import type { Database } from "../store";
import type { BarcodeRow, ItemRow } from "./rows";

export interface Context {
  kinds: MeaningKind[];
  item: Item | null;
  site_id: string;
  year: number;
}

/** What the scan means to the step that waits for `context.kinds`. */
export async function lookUp(database: Database, scan: RawScan, context: Context): Promise<Meaning> {
  let reading: Reading;
  try {
    const rules = (await database.get("meta", "scan_rules")) as Partial<ScanRules> | undefined;
    reading = readScan({ text: scan.text, aim: scan.aim }, { reference_year: context.year, ...rules });
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    return { kind: "unknown", code: scan.text, why: error.code };
  }
  const rows = await candidates(database, lookupKeys(reading));
  const resolved = resolveReading(reading, rows.entries, {
    expected: context.kinds.map(scanKind),
    site_id: context.site_id,
    ...(context.item && { item_id: context.item.id }),
  });
  return named(database, resolved, rows.packagings);
}

interface Candidates {
  entries: BarcodeEntry[];
  packagings: Map<string, string>;
}

async function candidates(database: Database, keys: string[]): Promise<Candidates> {
  const found = await Promise.all(keys.map((key) => rowsUnder(database, key)));
  const entries: BarcodeEntry[] = [];
  const packagings = new Map<string, string>();
  for (const { barcodes, items, locations } of found) {
    for (const row of barcodes) {
      entries.push(await entryOf(database, row));
      if (row.packaging_id) packagings.set(row.packaging_id, row.packaging_name);
    }
    // People type an item's own code when its label is damaged.
    for (const item of items) entries.push({ key: item.sku_key, kind: "item", target_id: item.id });
    for (const place of locations)
      entries.push({
        key: place.code_key, kind: "location", target_id: place.id, site_id: place.site_id,
      });
  }
  return { entries, packagings };
}

async function rowsUnder(database: Database, key: string) {
  const [barcodes, items, locations] = await Promise.all([
    database.getAllFromIndex("barcodes", "by_key", key),
    database.getAllFromIndex("items", "by_key", key),
    database.getAllFromIndex("locations", "by_key", key),
  ]);
  return { barcodes, items, locations };
}

async function entryOf(database: Database, row: BarcodeRow): Promise<BarcodeEntry> {
  const place = row.kind === "location" ? await database.get("locations", row.target_id) : undefined;
  const item = row.kind === "item" ? await database.get("items", row.target_id) : undefined;
  return {
    key: row.code_key, kind: row.kind, target_id: row.target_id,
    packaging_quantity: row.packaging_quantity,
    ...(row.packaging_id && { packaging_id: row.packaging_id }),
    ...(place && { site_id: place.site_id }),
    ...(item && codeKey(item.base_unit) === "kg" && { by_weight: true }),
  };
}

async function named(
  database: Database, resolved: Resolved, packagings: Map<string, string>,
): Promise<Meaning> {
  const code = resolved.code ?? "";
  const [id] = resolved.target_ids ?? [];
  const nothing: Meaning = { kind: "unknown", code, why: "not_found" };
  switch (resolved.kind) {
    case "choice": {
      const options = (resolved.alternatives ?? []).map((each) => named(database, each, packagings));
      return { kind: "choice", code, options: await Promise.all(options) };
    }
    case "item": {
      const item = id && (await database.get("items", id));
      return item ? itemMeaning(item, resolved, packagings) : nothing;
    }
    case "location": {
      const place = id && (await database.get("locations", id));
      return place ? { kind: "location", code: place.code } : nothing;
    }
    case "handling_unit":
      return { kind: "unit", code };
    case "document":
    case "user":
    case "command":
      return { kind: resolved.kind, code };
    case "unknown":
      return nothing;
  }
}

function itemMeaning(item: ItemRow, resolved: Resolved, packagings: Map<string, string>): Meaning {
  return {
    kind: "item",
    item,
    quantity: resolved.quantity ?? "1",
    packaging: (resolved.packaging_id && packagings.get(resolved.packaging_id)) || "",
    lot: resolved.lot ?? null,
    serial: resolved.serial ?? null,
    expires_on: resolved.expiry ?? resolved.best_before ?? null,
    production_date: resolved.production_date ?? null,
  };
}

function scanKind(kind: MeaningKind): ScanKind {
  return kind === "unit" ? "handling_unit" : kind;
}
