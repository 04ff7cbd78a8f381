/** 预警: what must be bought or put right; red ones first, with who looks after each. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { nameOf } from "../../text/words";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { FilterSelect } from "../frame/fields";
import { Figure, Figures, Quantity } from "../frame/figures";
import { useFilters } from "../frame/filters";
import { Halves } from "../frame/halves";
import { address } from "../frame/open_thing";
import { namedBy, site, siteName, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty, NoMatch } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import { me } from "../session";
import "./admin.css";
import { every, match } from "./load";
import { may } from "./may";
import { a, adminOr, worded } from "./words";

type Alert = components["schemas"]["Alert"];
const DAY_MS = 86_400_000;
const NAMES = ["state", "kind", "level", "owner"] as const;

export function AlertsPage() {
  const filters = useFilters(...NAMES);
  const { isSet, clear, values: { state, kind, level, owner } } = filters;
  const asked = useAsk(`${site.value} ${filters.key}`, (passive) =>
    every<Alert>("/api/v1/alerts", {
      site: site.value || undefined, state: state || "open", kind: kind || undefined,
      level: level || undefined, owner: owner || undefined,
    }, by(passive)), { concerns: ({ topic }) => topic.startsWith("alert."), least_ms: 2000 });
  const chosen = query.value.get("id") ?? "";
  if (!worded()) return null;
  return (
    <Halves chosen={chosen !== ""} label={a("alerts_title")} onBack={() => ask({ id: "" })} even
      list={
        <div class="admin one-column three">
          <div class="page-head"><h1>{a("alerts_title")}</h1></div>
          <div class="filter-line">
            {NAMES.map((name) => (
              <FilterSelect key={name} label={a(`alerts_${name}`)} value={filters.values[name]} choices={CHOICES[name].map((value) =>
                ({ value, text: adminOr(`${name}_${value}`, value) }))} onChange={(value) => filters.set({ [name]: value })} />
            ))}
          </div>
          <Answered asked={asked}>{(rows) => <List rows={rows} chosen={chosen} any={isSet} clear={clear} />}</Answered>
        </div>
      }
      thing={chosen ? <Detail key={chosen} id={chosen} /> : <Empty title={a("alerts_choose")} />}
    />
  );
}

const CHOICES: Record<(typeof NAMES)[number], string[]> = {
  state: ["triggered", "acknowledged", "snoozed", "resolved", "all"],
  kind: ["reorder", "expired", "negative"],
  level: ["red", "usual"],
  owner: ["me", "none"],
};

function List({ rows, chosen, any, clear }: { rows: Alert[]; chosen: string; any: boolean; clear: () => void }) {
  const sorted = useMemo(() => [...rows].sort((one, other) => Number(other.level === "red") - Number(one.level === "red")), [rows]);
  const columns: Column<Alert>[] = [
    { key: "level", title: a("col_level"), value: (row) => adminOr(`level_${row.level}`, row.level), width: 80, narrow: true,
      cell: (row) => <span class={`chip ${row.level}`}>{adminOr(`level_${row.level}`, row.level)}</span> },
    { key: "item", title: a("col_item"), kind: "code", value: (row) => row.item, width: 130, narrow: true, head: true },
    { key: "name", title: a("col_name"), value: (row) => nameOf(namedBy(row)), width: 150, grow: true },
    { key: "kind", title: a("col_kind"), value: (row) => adminOr(`kind_${row.kind}`, row.kind), width: 110 },
    { key: "position", title: a("col_position"), kind: "quantity", value: (row) => row.position_now ?? row.inventory_position,
      unit: (row) => row.base_unit, width: 120, narrow: true },
    { key: "site", title: a("col_site"), value: (row) => siteName(row.site), width: 100 },
    { key: "state", title: a("col_state"), value: (row) => adminOr(`state_${row.state}`, row.state), width: 110 },
    { key: "owner", title: a("col_owner"), value: (row) => row.owner ?? "", width: 110 },
    { key: "at", title: a("col_since"), kind: "moment", value: (row) => row.triggered_at, site: (row) => row.site, width: 150, hidden: true },
  ];
  return (
    <Table name="alerts" label={a("alerts_title")} rows={sorted} columns={columns} id={(row) => row.id} selected={chosen}
      onSelect={(row) => ask({ id: row.id })}
      empty={any ? <NoMatch onClear={clear} /> : <Empty title={a("alerts_none")}>{a("alerts_none_hint")}</Empty>} />
  );
}

function Detail({ id }: { id: string }) {
  const asked = useAsk(id, async (passive) => {
    const [alert, history] = await Promise.all([
      call("get", "/api/v1/alerts/{alert_id}", { path: { alert_id: id }, headers: by(passive) }),
      call("get", "/api/v1/alerts/{alert_id}/history", { path: { alert_id: id }, headers: by(passive) }),
    ]);
    return { alert, history: history.rows };
  }, { concerns: ({ topic, payload }) => topic.startsWith("alert.") && String((payload as { id?: unknown }).id) === id });
  return <Answered asked={asked}>{({ alert, history }) => <Shown alert={alert} history={history} again={asked.again} />}</Answered>;
}

interface ShownProps {
  alert: Alert;
  history: components["schemas"]["AlertEvent"][];
  again: () => Promise<void>;
}

function Shown({ alert, history, again }: ShownProps) {
  return (
    <>
      <div>
        <h1>{alert.item} {nameOf(namedBy(alert))}</h1>
        <p><span class={`chip ${alert.level}`}>{adminOr(`level_${alert.level}`, alert.level)}</span> {adminOr(`kind_${alert.kind}`, alert.kind)} · {siteName(alert.site)} · {adminOr(`state_${alert.state}`, alert.state)}
          {alert.snoozed_until && ` · ${a("snoozed_until", { when: moment(alert.snoozed_until, zoneOf(alert.site)) })}`}</p>
      </div>
      <Figures>
        <Figure name={a(alert.kind === "reorder" ? "col_position" : "col_concerned")} to={address("/item", { code: alert.item })}>
          <Quantity value={alert.position_now ?? alert.inventory_position} unit={alert.base_unit} />
        </Figure>
        {alert.kind === "reorder" && <>
          <Figure name={a("field_reorder_point")}><Quantity value={alert.reorder_point} unit={alert.base_unit} /></Figure>
          <Figure name={a("field_safety_stock")}><Quantity value={alert.safety_stock} unit={alert.base_unit} /></Figure>
          <Figure name={a("col_available")}><Quantity value={alert.available_now} unit={alert.base_unit} /></Figure>
        </>}
      </Figures>
      {alert.state !== "resolved" && may("alerts.write") && <Decide alert={alert} again={again} />}
      <section>
        <h2>{a("history")}</h2>
        <ol class="history">
          {history.map((event, index) => (
            <li key={index}>
              <b>{adminOr(`event_${event.event}`, event.event)}{event.owner && event.event === "assigned" ? ` ${event.owner}` : ""}
                {event.until ? ` ${moment(event.until, zoneOf(alert.site))}` : ""}</b>
              <span class="muted small">{moment(event.at, zoneOf(alert.site))} · {event.user ?? a("system")}</span>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function Decide({ alert, again }: { alert: Alert; again: () => Promise<void> }) {
  const { busy, problem, code, run } = useWork();
  const until = useSignal(new Date(Date.now() + 7 * DAY_MS).toISOString().slice(0, 10));
  const post = (what: "acknowledge" | "snooze" | "assign", body?: object): Promise<boolean> => run(async () => {
    await (call as (...all: unknown[]) => Promise<unknown>)("post", `/api/v1/alerts/{alert_id}/${what}`, { path: { alert_id: alert.id }, headers: match(alert), body });
    say(a(`alert_${what}_done`, { item: alert.item }));
    await again();
  });
  const mine = alert.owner_id !== null && alert.owner_id === me.value?.id;
  return (
    <section>
      <p>{alert.owner ? a("owned_by", { who: alert.owner }) : a("owned_by_nobody")}</p>
      <div class="acts-line">
        {!mine && <button disabled={busy} onClick={() => void post("assign", { owner_id: me.value?.id ?? null })}>{a("take_over")}</button>}
        {mine && <button disabled={busy} onClick={() => void post("assign", { owner_id: null })}>{a("give_back")}</button>}
        {alert.state !== "acknowledged" && <button class="main" disabled={busy} onClick={() => void post("acknowledge")}>{a("acknowledge")}</button>}
        <label class="inline">{a("snooze_until")} <input type="date" value={until.value} min={new Date().toISOString().slice(0, 10)}
          onInput={(event) => (until.value = event.currentTarget.value)} /></label>
        <button disabled={busy || !until.value} onClick={() => void post("snooze", { until: new Date(`${until.value}T08:00:00`).toISOString() })}>{a("snooze")}</button>
      </div>
      {problem && <p class="problem" role="alert">{problem}{code === "stale_version" && <> <button onClick={() => void again()}>{a("show_theirs")}</button></>}</p>}
    </section>
  );
}
