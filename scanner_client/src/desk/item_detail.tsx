import { ArrowLeft, Package } from "lucide";
import { add, shown } from "../quantity";
import { ask } from "../route";
import { nameOf, t, type Text } from "../text/words";
import { zh } from "../text/zh";
import { Icon } from "../ui/icon";
import { Alerts, alerts } from "./alerts";
import { money, moment } from "./format";
import { sites, statuses } from "./frame/places";
import {
  balances, chosen, chosenRow, loadOlder, movements, type MovementRow, type StockRow,
} from "./stock_data";
import { named } from "./stock_list";

export function ItemDetail() {
  const { item, at } = chosen.value;
  if (!item) return <NothingChosen />;
  const row = chosenRow.value ?? balances.value?.[0];
  const first = movements.value?.rows[0];
  const own = alerts.value.filter((alert) => alert.item === item && (!at || alert.site === at));
  const unit = row?.base_unit ?? first?.base_unit ?? "";
  return (
    <div class="item" data-chosen={item}>
      <button class="back" onClick={() => ask({ item: "", at: "" })}>
        <Icon of={ArrowLeft} /> {t("back")}
      </button>
      <div class="title">
        <div class="picture"><Icon of={Package} size={34} /></div>
        <div>
          <h1>{row ? nameOf(named(row)) : first ? nameOf(named(first)) : item}</h1>
          <span class="code muted">{[item, row?.specification, at].filter(Boolean).join(" · ")}</span>
        </div>
      </div>
      <Alerts rows={own} named={false} />
      {chosenRow.value && <Figures row={chosenRow.value} unit={unit} />}
      <section>
        <h2>{t("balances_title")}</h2>
        <Balances rows={balances.value} unit={unit} />
      </section>
      <section>
        <h2>{t("movements_title")}</h2>
        <Movements rows={movements.value?.rows ?? null} />
        {movements.value?.next_cursor && (
          <button class="quiet" onClick={() => void loadOlder()}>{t("movements_more")}</button>
        )}
      </section>
    </div>
  );
}

function NothingChosen() {
  return (
    <div class="item">
      <div class="empty">
        <h2>{t("stock_pick_one_title")}</h2>
        <p class="muted">{t("stock_pick_one")}</p>
      </div>
      <section>
        <h2>{t("alerts_title")}</h2>
        {alerts.value.length ? <Alerts rows={alerts.value} named /> : <p class="muted">{t("alerts_none")}</p>}
      </section>
    </div>
  );
}

function Figures({ row, unit }: { row: StockRow; unit: string }) {
  const figures = [["col_on_hand", row.on_hand], ["col_reserved", row.reserved], ["col_available", row.available]] as const;
  return (
    <div class="figures">
      {figures.map(([text, value = "0"]) => (
        <div class="muted" key={text}>
          {t(text)}<b class={value.startsWith("-") ? "minus" : ""}>{shown(value)} <small>{unit}</small></b>
        </div>
      ))}
      {row.value != null && <div class="muted">{t("col_value")}<b>{money(row.value)}</b></div>}
    </div>
  );
}

function Balances({ rows, unit }: { rows: StockRow[] | null; unit: string }) {
  if (!rows) return <p class="muted">{t("loading")}</p>;
  if (!rows.length) return <p class="muted">{t("balances_none")}</p>;
  const total = (pick: (row: StockRow) => string | undefined): string => rows.reduce((all, row) => add(all, pick(row) ?? "0"), "0");
  return (
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>{t("col_location")}</th><th class="right">{t("col_on_hand")}</th>
            <th class="right">{t("col_reserved")}</th><th>{t("col_lot")}</th><th>{t("col_expiry")}</th>
            <th>{t("col_unit")}</th><th>{t("col_status")}</th><th>{t("col_owner")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={[row.site, row.location, row.lot, row.serial, row.unit, row.status, row.owner].join("/")}>
              <td class="code">{row.location}</td>
              <Number value={row.on_hand} />
              <Number value={row.reserved} />
              <td class="code">{row.serial || row.lot}</td>
              <td>{row.expires_on ?? ""}</td>
              <td class="code">{row.unit}</td>
              <td>{statusName(row.status)}</td>
              <td><span class="long">{row.owner}</span></td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{t("total")} {unit && <span class="muted small">{unit}</span>}</td>
            <Number value={total((row) => row.on_hand)} />
            <Number value={total((row) => row.reserved)} />
            <td colSpan={5} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Movements({ rows }: { rows: MovementRow[] | null }) {
  if (!rows) return <p class="muted">{t("loading")}</p>;
  if (!rows.length) return <p class="muted">{t("movements_none")}</p>;
  return (
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>{t("col_time")}</th><th>{t("col_kind")}</th><th class="right">{t("col_quantity")}</th>
            <th>{t("col_from")}</th><th>{t("col_to")}</th><th>{t("col_lot")}</th><th>{t("col_by")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-movement={row.id}>
              <td>{moment(row.occurred_at, zoneOf(row))}</td>
              <td>{known(`kind_${row.kind}`, row.kind)}</td>
              <td class="right">{shown(row.quantity)}</td>
              <td class="code">{place(row.from)}</td>
              <td class="code">{place(row.to)}</td>
              <td class="code">{row.serial || row.lot}</td>
              <td><span class="long">{[row.user, row.document].filter(Boolean).join(" · ")}</span></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Number({ value = "0" }: { value?: string | undefined }) {
  return <td class={value.startsWith("-") ? "right minus" : "right"}>{shown(value)}</td>;
}

function statusName(code: string | undefined): string {
  const status = statuses.value.find((each) => each.code === code);
  return status ? nameOf(named(status)) : (code ?? "");
}

/** Virtual places have a name in the reader's language, real ones their code. */
function place(side: MovementRow["from"]): string {
  return known(`place_${side.kind}`, side.location ?? "");
}

function known(key: string, otherwise: string): string {
  return key in zh ? t(key as Text) : otherwise;
}

function zoneOf(row: MovementRow): string {
  const code = row.to.site ?? row.from.site;
  return sites.value.find((site) => site.code === code)?.time_zone ?? "UTC";
}
