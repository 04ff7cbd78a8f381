/** Keeps the device's catalogue as the server has it: everything once, then what changed. */
import type { Database } from "../store";
import type { BarcodeRow, ItemRow, LocationRow } from "./rows";

/** One page of /sync. What a device does not keep (yet) is not named here. */
export interface SyncPage {
  items: ItemRow[];
  barcodes: BarcodeRow[];
  locations: LocationRow[];
  /** Null: as before. */
  site: { scan_rules: Record<string, unknown> } | null;
  cursor: string;
  more: boolean;
  /** Somebody looks for this handheld. */
  ring?: boolean;
}

export type Ask = (cursor: string) => Promise<SyncPage>;

const STORES = ["items", "barcodes", "locations"] as const;

/** Asks until there is no more; whether to ring. A cursor the server does not know begins again. */
export async function syncCatalogue(database: Database, ask: Ask): Promise<boolean> {
  for (;;) {
    const cursor = ((await database.get("meta", "cursor")) as string | undefined) ?? "";
    let page: SyncPage;
    try {
      page = await ask(cursor);
    } catch (error) {
      if (!cursor || (error as { code?: string }).code !== "bad_cursor") throw error;
      await forget(database);
      continue;
    }
    await keep(database, page);
    if (!page.more) return page.ring ?? false;
  }
}

/** Rows and cursor in one transaction: a page is kept whole or asked for again. */
async function keep(database: Database, page: SyncPage): Promise<void> {
  const work = database.transaction([...STORES, "meta"], "readwrite");
  for (const name of STORES) {
    const store = work.objectStore(name);
    for (const row of page[name])
      void (row.retired ? store.delete(row.id) : store.put(row as never));
  }
  const meta = work.objectStore("meta");
  if (page.site) void meta.put(page.site.scan_rules, "scan_rules");
  void meta.put(page.cursor, "cursor");
  await work.done;
}

async function forget(database: Database): Promise<void> {
  const work = database.transaction([...STORES, "meta"], "readwrite");
  for (const name of STORES) void work.objectStore(name).clear();
  void work.objectStore("meta").delete("cursor");
  await work.done;
}
