/** Open reorder alerts: all of them beside the list, an item's own above its figures. */
import { signal } from "@preact/signals";
import { TriangleAlert } from "lucide";
import { call } from "../api/client";
import type { components } from "../api/schema";
import { shown } from "../quantity";
import { ask } from "../route";
import { nameOf, t, type Text } from "../text/words";
import { Icon } from "../ui/icon";
import { me } from "./session";
import { by } from "./frame/ask";

export type AlertRow = components["schemas"]["Alert"];

export const alerts = signal<AlertRow[]>([]);

export async function loadAlerts(again: boolean): Promise<void> {
  const { rows } = await call("get", "/api/v1/alerts", { query: { limit: 500 }, headers: by(again) });
  alerts.value = rows;
}

export function Alerts({ rows, named }: { rows: AlertRow[]; named: boolean }) {
  return <>{rows.map((alert) => <OneAlert key={alert.id} alert={alert} named={named} />)}</>;
}

function OneAlert({ alert, named }: { alert: AlertRow; named: boolean }) {
  const { base_unit: unit, inventory_position: position, reorder_point: point } = alert;
  const may = me.value?.permissions?.includes("alerts.write") && alert.state === "triggered";
  return (
    <div class="alert">
      <Icon of={TriangleAlert} />
      <div>
        {named && (
          <b><a href="/stock" onClick={(event) => {
            event.preventDefault();
            event.stopPropagation();
            ask({ item: alert.item, at: alert.site });
          }}>{nameOf({ ...alert, sku: alert.item })}</a></b>
        )}
        <div>{t("alert_low", { position: shown(position), point: shown(point), unit })}</div>
        <div class="muted small">{alert.item} · {alert.site} · {t(`alert_state_${alert.state}` as Text)}</div>
      </div>
      {may && <button onClick={() => void acknowledge(alert)}>{t("alert_acknowledge")}</button>}
    </div>
  );
}

async function acknowledge(alert: AlertRow): Promise<void> {
  await call("post", "/api/v1/alerts/{alert_id}/acknowledge", {
    path: { alert_id: alert.id }, headers: { "If-Match": `"${alert.version}"` },
  });
  await loadAlerts(false);
}
