/** Everything this device keeps, in one IndexedDB database. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Attention, StoredCommand } from "./outbox/commands";
import type { BarcodeRow, ItemRow, LocationRow } from "./catalogue/rows";

export interface Schema extends DBSchema {
  /** Commands no final answer has come for yet, by seq. */
  outbox: { key: number; value: StoredCommand };
  /** Commands the server refused; they wait for a person. */
  attention: { key: string; value: Attention };
  /** Single values: next_seq, device, user pass, cursor. */
  meta: { key: string; value: unknown };
  items: { key: string; value: ItemRow; indexes: { by_key: string } };
  barcodes: { key: string; value: BarcodeRow; indexes: { by_key: string } };
  locations: { key: string; value: LocationRow; indexes: { by_key: string } };
}

export type Database = IDBPDatabase<Schema>;

export function openStore(name = "stockturn"): Promise<Database> {
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      database.createObjectStore("outbox", { keyPath: "seq" });
      database.createObjectStore("attention", { keyPath: "command.id" });
      database.createObjectStore("meta");
      database.createObjectStore("items", { keyPath: "id" }).createIndex("by_key", "sku_key");
      database.createObjectStore("barcodes", { keyPath: "id" }).createIndex("by_key", "code_key");
      database.createObjectStore("locations", { keyPath: "id" }).createIndex("by_key", "code_key");
    },
    // Another tab wants a newer database: let it, instead of blocking the whole device.
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });
}
