/** By what stock is looked at: the list of items, or a table of lots, places, units, owners, statuses, sites. */
import { path, query } from "../../route";
import { address } from "../frame/open_thing";
import { s, worded } from "./words";

export const WAYS = ["lot", "location", "unit", "owner", "status", "balance", "network"] as const;
export type Way = (typeof WAYS)[number];

export function StockTabs() {
  if (!worded()) return null;
  const now = path.value === "/stock/table" ? (query.value.get("by") ?? "lot") : "item";
  return (
    <nav class="tabs" aria-label={s("by_what")}>
      <a href="/stock" aria-current={now === "item" ? "page" : undefined}>{s("item")}</a>
      {WAYS.map((way) => (
        <a key={way} href={address("/stock/table", { by: way })} aria-current={now === way ? "page" : undefined}>{s(`by_${way}`)}</a>
      ))}
    </nav>
  );
}
