/** Whole lists: page after page, up to what a table holds. */
import { call } from "../../api/client";
import type { paths } from "../../api/schema";

export const ROWS_MOST = 50_000;
const PAGE = 500;

interface Page<R> {
  rows: R[];
  next_cursor: string | null;
}

/** Every row of a list that answers pages. */
export async function every<R>(path: string, query: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<R[]> {
  const found: R[] = [];
  let cursor: string | null = "";
  do {
    const asked = { ...query, cursor, limit: PAGE };
    const page: Page<R> = await (call as unknown as Ask<R>)("get", path as keyof paths, { query: asked, headers });
    found.push(...page.rows);
    cursor = page.next_cursor;
  } while (cursor && found.length < ROWS_MOST);
  return found;
}

type Ask<R> = (method: "get", path: keyof paths, extras: object) => Promise<Page<R>>;

/** The If-Match of a row. */
export function match(row: { version?: number }): Record<string, string> {
  return { "If-Match": `"${row.version ?? 0}"` };
}
