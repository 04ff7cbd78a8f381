import { TriangleAlert } from "lucide";
import { shown } from "../quantity";
import { ask } from "../route";
import { nameOf, t } from "../text/words";
import { Icon } from "../ui/icon";
import { Windowed } from "../ui/windowed";
import { alerts } from "./alerts";
import { money } from "./format";
import { sites, statuses } from "./frame/places";
import { SearchBox } from "./frame/search_box";
import { StockTabs } from "./stock/stock_tabs";
import "./stock/things.css";
import { chosenRow, filtered, filters, isChosen, list, loadMore, type StockRow } from "./stock_data";

const ROW_PX = 56;

export function StockList({ problem }: { problem: string }) {
  const rows = list.value?.rows ?? [];
  const more = list.value?.next_cursor ? "+" : "";
  return (
    <section class="list stock-list" aria-label={t("stock")}>
      <StockTabs />
      <Filters />
      <div class="line head">
        <span>{t("col_item")}</span>
        <span class="right">{t("col_on_hand")}</span>
        <span class="right held">{t("col_reserved")}</span>
        <span class="right">{t("col_available")}</span>
      </div>
      {problem ? <p class="problem">{problem}</p> : !list.value ? <p class="empty muted">{t("loading")}</p> : (
        rows.length === 0 ? <Nothing /> : (
          <Windowed rows={rows} height={ROW_PX} selected={chosenRow.value ? rows.indexOf(chosenRow.value) : -1}
            onEnd={() => void loadMore()}
            row={(row) => <Row key={`${row.site}/${row.item}/${row.owner}`} row={row} />} />
        )
      )}
      <footer class="foot">
        <span>{t("stock_items", { n: `${rows.length}${more}` })}
          {list.value?.value && ` · ${t("col_value")} ${money(list.value.value)}`}</span>
        <span class="keys-hint">{t("keys_help")}</span>
      </footer>
    </section>
  );
}

function Filters() {
  const { q, status } = filters.value;
  return (
    <div class="filter-line">
      <SearchBox value={q} onSearch={(text) => ask({ q: text })} label={t("stock_search")} />
      <select value={status} aria-label={t("col_status")}
        onChange={(event) => ask({ status: event.currentTarget.value })}>
        <option value="">{t("stock_status_all")}</option>
        {statuses.value.map((each) => (
          <option key={each.code} value={each.code ?? ""}>{nameOf(named(each))}</option>
        ))}
      </select>
      {filtered.value && (
        <button onClick={() => ask({ q: "", status: "" })}>{t("stock_clear")}</button>
      )}
    </div>
  );
}

function Row({ row }: { row: StockRow }) {
  const on = isChosen(row);
  const alerted = alerts.value.some((alert) => alert.item === row.item && alert.site === row.site);
  return (
    <button class={on ? "line row on" : "line row"} aria-current={on}
      onClick={() => ask({ item: row.item ?? "", at: row.site })} data-item={row.item}>
      <span class="two">
        <b>{alerted && <Icon of={TriangleAlert} size={16} />}{nameOf(named(row))}</b>
        <span class="code muted small">
          {[row.item, sites.value.length > 1 && row.site, row.base_unit, row.specification].filter(Boolean).join(" · ")}
        </span>
      </span>
      <Figure value={row.on_hand} />
      <Figure value={row.reserved} held />
      <Figure value={row.available} />
    </button>
  );
}

function Figure({ value = "0", held = false }: { value?: string | undefined; held?: boolean }) {
  const tone = value.startsWith("-") ? " minus" : "";
  return <span class={`right${tone}${held ? " held" : ""}`} title={shown(value)}>{shown(value)}</span>;
}

function Nothing() {
  const searched = filtered.value;
  return (
    <div class="empty">
      <h2>{t(searched ? "stock_no_match_title" : "stock_none_title")}</h2>
      <p class="muted">{t(searched ? "stock_no_match" : "stock_none")}</p>
      {searched && (
        <button onClick={() => ask({ q: "", site: "", status: "" })}>{t("stock_clear")}</button>
      )}
    </div>
  );
}

export function named(row: { name_zh?: string; name_en?: string; code?: string; item?: string }) {
  return { name_zh: row.name_zh ?? "", name_en: row.name_en ?? "", code: row.item ?? row.code ?? "" };
}
