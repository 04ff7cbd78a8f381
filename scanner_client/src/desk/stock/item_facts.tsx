/** What an item is: its picture, codes and packagings, how often it turns over, what its alerts say. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { Alerts } from "../alerts";
import { by, useAsk } from "../frame/ask";
import { Figure, Figures, Quantity } from "../frame/figures";
import { siteName, sites } from "../frame/places";
import { me } from "../session";
import { s } from "./words";

type Turnover = components["schemas"]["Turnover"];

export function ItemFacts({ sku, site }: { sku: string; site: string }) {
  const here = site ? { site } : {};
  const asked = useAsk(`item/${sku}/${site}`, async (passive) => {
    const headers = by(passive);
    const [items, barcodes, turnover, alerts] = await Promise.all([
      call("get", "/api/v1/items", { query: { sku, limit: 1 }, headers }),
      call("get", "/api/v1/barcodes", { query: { item: sku, limit: 100, retired: false }, headers }),
      may("turnover.read") ? call("get", "/api/v1/turnover", { query: { item: sku, ...here, limit: 50 }, headers }) : null,
      may("alerts.read") ? call("get", "/api/v1/alerts", { query: { item: sku, ...here, limit: 20 }, headers }) : null,
    ]);
    return { item: items.rows[0] ?? null, barcodes: barcodes.rows, turnover: turnover?.rows ?? [], alerts: alerts?.rows ?? [] };
  }, { concerns: ({ topic }) => topic.startsWith("alert.") || topic.startsWith("item.") || topic.startsWith("turnover."), least_ms: 3_000 });
  if (!asked.answer) return null;
  const { item, barcodes, turnover, alerts } = asked.answer;
  return (
    <section class="item-facts" data-facts={sku}>
      {item?.has_picture && <img src={`/api/v1/items/${item.id}/picture`} alt={s("picture_of", { item: sku })} width={160} height={160} />}
      <div>
        {item && (
          <p class="codes">
            {item.specification && <span>{item.specification}</span>}
            {barcodes.map(({ code, packaging }) => <span class="pill code" key={code}>{code}{packaging && ` · ${packaging}`}</span>)}
            {(item.packagings ?? []).map(({ name, quantity }) => <span class="pill" key={name}>{name} = {quantity} {item.base_unit}</span>)}
            {!barcodes.length && <span class="muted">{s("no_barcodes")}</span>}
          </p>
        )}
        <Alerts rows={alerts} named={false} />
        {turnover.map((row) => <OneTurnover key={row.site} row={row} />)}
        {may("turnover.read") && !turnover.length && <p class="muted">{s("no_turnover")}</p>}
      </div>
    </section>
  );
}

function OneTurnover({ row }: { row: Turnover }) {
  const { ratio, days_of_stock: days } = row;
  return (
    <div data-turnover={row.site}>
      {sites.value.length > 1 && <p class="muted">{siteName(row.site ?? "")}</p>}
      <Figures>
        <Figure name={s("turnover")}>{ratio === null ? "–" : Number(ratio).toFixed(2)}</Figure>
        <Figure name={s("days_of_stock")}>{days === null ? "–" : Number(days).toFixed(0)}</Figure>
        <Figure name={s("position")}><Quantity value={row.inventory_position} unit={row.base_unit} /></Figure>
      </Figures>
      <p class="muted small">{s(`method_${row.method}` as "method_end_points")} · {row.first_day} – {row.last_day}</p>
    </div>
  );
}

function may(permission: string): boolean {
  return Boolean(me.value?.permissions?.includes(permission));
}
