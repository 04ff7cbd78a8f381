/** 库存表: a row for each lot, location, handling unit, owner, status or balance; or an item over all sites. */
import { useMemo } from "preact/hooks";
import { call } from "../../api/client";
import { ask, query } from "../../route";
import { add } from "../../quantity";
import { nameOf } from "../../text/words";
import { money } from "../format";
import { by, useAsk } from "../frame/ask";
import { FilterSelect } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { address } from "../frame/open_thing";
import { namedBy, site, siteName, sites, statuses, statusName } from "../frame/places";
import { SearchBox } from "../frame/search_box";
import { Answered, Empty, NoMatch } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { says } from "../frame/table/rows";
import { Table } from "../frame/table/table";
import { StockTabs, WAYS, type Way } from "./stock_tabs";
import "./things.css";
import { s, worded, type ThingText } from "./words";

/** A row by the names of its columns; what a way has not is undefined. */
type Row = Record<string, string | number | boolean | null | undefined>;
interface Answer {
  rows: Row[];
  more: boolean;
  value: string | null;
}

const IDENTITY = ["site", "item", "location", "lot", "serial", "unit", "status", "owner"] as const;

export function StockTablePage() {
  const asked = query.value.get("by");
  const way = WAYS.find((each) => each === asked) ?? "lot";
  return worded() ? <StockTable key={way} way={way} /> : null;
}

function StockTable({ way }: { way: Way }) {
  const filters = useFilters("q", "status", "owner");
  const { q, status, owner } = filters.values;
  const where = { site: way === "network" ? "" : site.value, status, owner };
  const key = JSON.stringify({ way, ...where });
  const found = useAsk(key, (passive) => load(way, where, passive), {
    concerns: ({ topic }) => topic === "movement.posted" || topic.startsWith("document."), least_ms: 5_000,
  });
  const match = useMemo(() => says<Row>(q, (row) => [row.search, ...IDENTITY.map((name) => row[name]), row.name_zh, row.name_en, row.location_name].filter(Boolean).join(" ")), [q]);
  const columns = useMemo(() => columnsOf(way), [way, sites.value, statuses.value, s("on_hand")]);
  return (
    <div class="things stock-table">
      <StockTabs />
      <div class="filter-line">
        <SearchBox value={q} onSearch={(text) => filters.set({ q: text })} label={s("search")} />
        {way !== "status" && (
          <FilterSelect label={s("all_statuses")} value={status} onChange={(value) => filters.set({ status: value })}
            choices={statuses.value.map(({ code = "" }) => ({ value: code, text: statusName(code) }))} />
        )}
        {owner && <span class="pill">{s("owner")} {owner}</span>}
        {filters.isSet && <button onClick={filters.clear}>{s("all_rows")}</button>}
        {found.answer?.value != null && <span class="muted">{s("value")} {money(found.answer.value)}</span>}
      </div>
      <Answered asked={found}>{({ rows, more }) => (
        <Table name={`stock-${way}`} label={s(`by_${way}`)} rows={rows} columns={columns} more={more} match={match} id={identityOf}
          selected={query.value.get("row") ?? ""} onSelect={(row) => ask({ row: identityOf(row) })}
          empty={q || status || owner ? <NoMatch onClear={filters.clear} /> : <Empty title={s("empty_title")}>{s(way === "network" ? "empty_stock" : `empty_${way}`)}</Empty>} />
      )}</Answered>
    </div>
  );
}

function identityOf(row: Row): string {
  return IDENTITY.map((name) => row[name] ?? "").join("/");
}

async function load(way: Way, where: { site: string; status: string; owner: string }, passive: boolean): Promise<Answer> {
  const group = way === "network" ? "item" : way;
  const { columns, rows, more, value } = await call("get", "/api/v1/stock/table", { query: { ...where, group }, headers: by(passive) });
  const named = (rows as Row[keyof Row][][]).map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])) as Row);
  return { rows: way === "network" ? overSites(named) : named, more, value: value ?? null };
}

/** One row an item: its sums, and what is available at each site as "at:CODE". */
export function overSites(rows: readonly Row[]): Row[] {
  const items = new Map<string, Row>();
  for (const row of rows) {
    const sku = String(row.item);
    const whole = items.get(sku) ?? { item: sku, name_zh: row.name_zh, name_en: row.name_en, base_unit: row.base_unit, search: row.search };
    for (const name of ["on_hand", "reserved", "available", "in_transit"]) whole[name] = add(String(whole[name] ?? "0"), String(row[name] ?? "0"));
    const at = `at:${row.site}`;
    whole[at] = add(String(whole[at] ?? "0"), String(row.available ?? "0"));
    items.set(sku, whole);
  }
  return [...items.values()];
}

const text = (row: Row, name: string): string => String(row[name] ?? "");

function columnsOf(way: Way): Column<Row>[] {
  const unit = (row: Row): string => text(row, "base_unit");
  const behind = (row: Row): string => address("/movements", Object.fromEntries(["item", "site", "location", "lot", "serial"].map((name) => [name, text(row, name)])));
  const code = (key: "site" | "location" | "lot" | "serial" | "unit", link?: (row: Row) => string, more: Partial<Column<Row>> = {}): Column<Row> =>
    ({ key, title: s(key), kind: "code", value: (row) => text(row, key), width: 110, ...(link && { link }), ...more });
  const amount = (key: string, title: string, more: Partial<Column<Row>> = {}): Column<Row> =>
    ({ key, title, kind: "quantity", value: (row) => text(row, key), unit, width: 110, ...more });
  const tally = (key: string): Column<Row> => ({
    key, title: s(key as ThingText), kind: "number", value: (row) => Number(row[key] ?? 0), link: balancesOf(way), width: 110, narrow: key === "item_count",
  });
  const item: Column<Row>[] = [
    { key: "item", title: s("item"), kind: "code", value: (row) => text(row, "item"), link: (row) => (row.item ? address("/item", { code: text(row, "item") }) : ""), width: 130, narrow: true, head: true },
    { key: "name", title: s("name"), value: (row) => (row.item ? nameOf(namedBy({ name_zh: text(row, "name_zh"), name_en: text(row, "name_en"), item: text(row, "item") })) : s("mixed")), width: 170, grow: true },
  ];
  const where: Column<Row> = { key: "site", title: s("site"), value: (row) => siteName(text(row, "site")), width: 110 };
  const held = [amount("on_hand", s("on_hand"), { link: behind, narrow: true }), amount("reserved", s("reserved")), amount("available", s("available"), { narrow: true })];
  const place = code("location", (row) => address("/location", { site: text(row, "site"), code: text(row, "location") }), { narrow: true, head: way === "location", width: 120 });
  const lot = code("lot", (row) => (row.lot ? address("/lot", { item: text(row, "item"), lot: text(row, "lot") }) : ""));
  const expires: Column<Row> = { key: "expires_on", title: s("expires"), kind: "day", value: (row) => text(row, "expires_on"), width: 124 };
  const hu = code("unit", (row) => (row.unit ? address("/unit", { code: text(row, "unit") }) : ""), { head: way === "unit", narrow: way === "unit" });
  const state: Column<Row> = { key: "status", title: s("status"), value: (row) => statusName(text(row, "status")), width: 100, grow: way === "status", narrow: way === "status", head: way === "status" };
  const owner: Column<Row> = { key: "owner", title: s("owner"), kind: "code", value: (row) => text(row, "owner"), width: 110, narrow: way === "owner", head: way === "owner" };
  switch (way) {
    case "lot": return [...item, where, { ...lot, narrow: true }, expires, ...held];
    case "unit": return [hu, where, place, ...item.map((column) => ({ ...column, head: false })), tally("item_count"), tally("balance_count")];
    case "location": return [place, { key: "location_name", title: s("name"), value: (row) => text(row, "location_name"), width: 140, grow: true }, where, tally("item_count"), tally("balance_count"), tally("unit_count"), { ...tally("below_zero_count"), narrow: true }];
    case "owner": return [owner, { key: "owner_name", title: s("name"), value: (row) => text(row, "owner_name"), width: 180, grow: true }, where, tally("item_count"), tally("balance_count")];
    case "status": return [state, where, { key: "promisable", title: s("promisable"), value: (row) => s(row.promisable ? "yes" : "no"), width: 120, narrow: true }, tally("item_count"), tally("balance_count")];
    case "balance": return [...item, where, place, lot, code("serial"), expires, hu, state, owner, ...held];
    case "network": return [
      ...item, amount("on_hand", s("on_hand"), { link: behind }), amount("available", s("available"), { narrow: true }), amount("in_transit", s("in_transit")),
      ...sites.value.map(({ code: at = "" }) => amount(`at:${at}`, siteName(at), {
        value: (row) => row[`at:${at}`] as string | undefined ?? "0", link: (row) => address("/item", { code: text(row, "item"), site: at }), width: 130,
      })),
    ];
  }
}

/** Where the rows behind a count of rows are. */
function balancesOf(way: Way): (row: Row) => string {
  if (way === "location") return (row) => address("/location", { site: text(row, "site"), code: text(row, "location") });
  if (way === "unit") return (row) => address("/unit", { code: text(row, "unit") });
  const name = way === "owner" ? "owner" : "status";
  return (row) => address("/stock/table", { by: "balance", site: text(row, "site"), [name]: text(row, name) });
}
