/** What the stock page knows, and how it stays true: asked when the address or the feed changes. */
import { computed, signal } from "@preact/signals";
import { call } from "../api/client";
import type { components } from "../api/schema";
import { query } from "../route";
import { by } from "./frame/ask";

export type StockRow = components["schemas"]["Stock"];
export type MovementRow = components["schemas"]["Movement"];

export interface Page<T> {
  rows: T[];
  next_cursor: string | null;
}

interface Filters {
  q: string;
  site: string;
  status: string;
}

const PAGE = 200;
const MOVEMENTS = 50;

/** Null: not answered yet. */
export const list = signal<(Page<StockRow> & { value: string | null }) | null>(null);
export const balances = signal<StockRow[] | null>(null);
export const movements = signal<Page<MovementRow> | null>(null);

/** Texts first: what is read from the address is the same as before until its text changes. */
const filtersText = computed(() => asked("q", "site", "status"));
const chosenText = computed(() => asked("item", "at"));

export const filters = computed(() => JSON.parse(filtersText.value) as Filters);
export const filtered = computed(() => Object.values(filters.value).some(Boolean));

/** The chosen item and the site it is looked at in. */
export const chosen = computed(() => JSON.parse(chosenText.value) as { item: string; at: string });

function asked(...names: string[]): string {
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, query.value.get(name) ?? ""])));
}

export const chosenRow = computed(() => list.value?.rows.find(isChosen) ?? null);

export function isChosen(row: StockRow): boolean {
  const { item, at } = chosen.value;
  return row.item === item && (!at || row.site === at);
}

/** The list from its beginning; again: by itself, at least as long as it is on the screen now. */
export async function loadList(again: boolean): Promise<void> {
  const wanted = filters.value;
  const least = again ? (list.value?.rows.length ?? 0) : 0;
  let found = await listPage(wanted, "", again);
  const { value } = found;
  while (found.next_cursor && found.rows.length < least) {
    const more = await listPage(wanted, found.next_cursor, again);
    found = { ...more, rows: [...found.rows, ...more.rows] };
  }
  if (wanted === filters.value) list.value = { ...found, value };
}

export async function loadMore(): Promise<void> {
  const before = list.value;
  if (!before?.next_cursor) return;
  const more = await listPage(filters.value, before.next_cursor, false);
  if (list.value === before)
    list.value = { ...more, rows: [...before.rows, ...more.rows], value: before.value };
}

export async function loadItem(again: boolean): Promise<void> {
  const wanted = chosen.value;
  if (!wanted.item) return;
  const where = { item: wanted.item, ...(wanted.at && { site: wanted.at }) };
  const [held, moved] = await Promise.all([
    call("get", "/api/v1/stock", { query: { ...where, limit: 500 }, headers: by(again) }),
    call("get", "/api/v1/movements", {
      query: { ...where, limit: MOVEMENTS }, headers: by(again),
    }),
  ]);
  if (wanted !== chosen.value) return;
  balances.value = held.rows;
  movements.value = moved;
}

export async function loadOlder(): Promise<void> {
  const before = movements.value;
  const { item, at } = chosen.value;
  if (!before?.next_cursor) return;
  const older = await call("get", "/api/v1/movements", {
    query: { item, ...(at && { site: at }), limit: MOVEMENTS, cursor: before.next_cursor },
  });
  if (movements.value === before)
    movements.value = { ...older, rows: [...before.rows, ...older.rows] };
}

async function listPage(wanted: Filters, cursor: string, again: boolean) {
  const query = { ...wanted, group: "item" as const, limit: PAGE, cursor };
  return call("get", "/api/v1/stock", { query, headers: by(again) });
}
