/** The board on the wall: eight panels, no controls, true to the second, legible from across the hall. */
import { useEffect } from "preact/hooks";
import { shown } from "../quantity";
import { nameOf } from "../text/words";
import "./board.css";
import { board, seconds, watch, type Figures } from "./figures";
import { Trend } from "./trend";
import { b, boardOr, worded } from "./words";

const VIRTUAL = ["supplier", "customer", "adjustment", "scrap", "production", "transit"];

export function BoardPage() {
  useEffect(() => {
    document.documentElement.dataset["theme"] = "dark";
    return watch();
  }, []);
  const { figures, gone } = board.value;
  if (!worded()) return <div class="board" />;
  if (gone) return <Alone title={b("over_title")} text={b("over")} />;
  if (!figures) return <Alone title={b("starting")} text={board.value.well ? "" : b("offline", { time: "–" })} />;
  return <Panels of={figures} />;
}

function Alone({ title, text }: { title: string; text: string }) {
  return <div class="board alone-board"><h1>{title}</h1><p class="sub">{text}</p></div>;
}

function Panels({ of }: { of: Figures }) {
  const { as_of, well } = board.value;
  const zone = of.site.time_zone;
  const time = clock(as_of, zone);
  return (
    <div class={well ? "board" : "board stale"} data-board={of.site.code}>
      <header>
        <b>{nameOf({ ...of.site })}</b>
        <span class="sub">{b("today", { day: of.day })}</span>
        <span class="sub as-of">{b("as_of", { time, seconds: String(seconds.value) })}</span>
      </header>
      {!well && <p class="cut" role="alert">{b("offline", { time })}</p>}
      <Work name={b("receipts")} work={of.receipts} key_="receipts" />
      <Work name={b("picks")} work={of.picks} key_="picks" />
      <Counts counts={of.counts} at={as_of} />
      <Turnover turnover={of.turnover} />
      <section data-panel="trend"><h2>{b("trend")}</h2><Trend trend={of.trend} /></section>
      <Alerts alerts={of.alerts} />
      <Health devices={of.devices} printers={of.printers} />
      <Ticker movements={of.movements} zone={zone} />
    </div>
  );
}

function Work({ name, work, key_ }: { name: string; work: Figures["receipts"]; key_: string }) {
  return (
    <section data-panel={key_}>
      <h2>{name}</h2>
      <p class="big">{count(work.lines)}<span> {b("lines")}</span></p>
      {work.documents.all > 0 && <div class="gauge"><i style={{ width: `${(work.documents.done * 100) / work.documents.all}%` }} /></div>}
      <p class="sub one-line">
        {b("last_hour", { lines: count(work.last_hour) })}
        {work.documents.all > 0 && ` · ${b("documents", { done: count(work.documents.done), all: count(work.documents.all) })}`}
      </p>
    </section>
  );
}

function Counts({ counts, at }: { counts: Figures["counts"]; at: number }) {
  const all = counts.done + counts.counting + counts.open_tasks;
  const since = counts.waiting_since;
  const wait = since ? duration(at - Date.parse(since)) : "";
  return (
    <section data-panel="counts">
      <h2>{b("counts")}</h2>
      <p class="big">{count(counts.done)}<span> {b("places", { all: count(all) })}</span></p>
      <div class="gauge"><i style={{ width: `${all ? (counts.done * 100) / all : 0}%` }} /></div>
      <p class="sub one-line">{counts.waiting ? b("waiting", { number: count(counts.waiting), wait }) : b("waiting_none")}</p>
    </section>
  );
}

function Turnover({ turnover }: { turnover: Figures["turnover"] }) {
  const { ratio, days_of_stock: days, stock_value: value } = turnover;
  return (
    <section data-panel="turnover">
      <h2>{b("turnover")}</h2>
      <p class="big">{ratio ?? "–"}{ratio && <span> {b("per_year")}</span>}</p>
      <p class="sub">{ratio === null ? b("no_turnover") : days === null ? b("days_none") : b("days", { days })}</p>
      {value !== null && <p class="sub">{b("value", { value: shown(String(Math.round(Number(value)))) })}</p>}
    </section>
  );
}

function Alerts({ alerts }: { alerts: Figures["alerts"] }) {
  const rows = alerts.rows.slice(0, 6);
  return (
    <section data-panel="alerts">
      <h2>{b("alerts")} {alerts.count > 0 && <b>{count(alerts.count)}</b>}</h2>
      {!alerts.count && <p class="sub">{b("alerts_none")}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.sku} class={Number(row.position) <= 0 ? "dot bad" : "dot"}>
            <b class="board-name">{nameOf(row)}</b>
            <span class="sub">{b("below", { position: shown(row.position), point: shown(row.point), unit: row.unit })}</span>
          </li>
        ))}
      </ul>
      {alerts.count > rows.length && <p class="sub">{b("alerts_more", { number: count(alerts.count - rows.length) })}</p>}
    </section>
  );
}

function Health({ devices, printers }: { devices: Figures["devices"]; printers: Figures["printers"] }) {
  return (
    <section data-panel="health">
      <h2>{b("health")}</h2>
      <p class={devices.total > 0 && devices.heard === devices.total ? "mid good" : "mid"}>
        {devices.total ? b("devices", { heard: count(devices.heard), total: count(devices.total) }) : b("devices_none")}
      </p>
      <ul>
        {devices.late.slice(0, 3).map((row) => (
          <li key={row.name} class="dot">
            <b class="board-name">{row.name}</b>
            <span class="sub">{row.unsent > 0 ? b("unsent", { number: count(row.unsent) }) : b("silent")}</span>
          </li>
        ))}
        {printers.slice(0, 4).map((row) => (
          <li key={`p${row.name}`} class={row.well ? "dot good" : "dot bad"}>
            <b class="board-name">{row.name}</b>
            <span class="sub">
              {row.well ? b("printer_well") : b("printer_ill")}{row.waiting > 0 && ` · ${b("printer_waiting", { number: count(row.waiting) })}`}
            </span>
          </li>
        ))}
      </ul>
      {!printers.length && <p class="sub">{b("printers_none")}</p>}
    </section>
  );
}

function Ticker({ movements, zone }: { movements: Figures["movements"]; zone: string }) {
  return (
    <section data-panel="now">
      <h2>{b("now")}</h2>
      {!movements.length && <p class="sub">{b("movements_none")}</p>}
      <ol>
        {movements.map((row) => (
          <li key={row.id}>
            <span class="sub">{clock(Date.parse(row.recorded_at), zone).slice(0, 5)}</span>
            <span class="board-name">{boardOr(`kind_${row.kind}`, row.kind)} {nameOf(row)}</span>
            <b>{sign(row)}{shown(row.quantity)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Coming in from outside, going out, or moving about inside. */
function sign(row: Figures["movements"][number]): string {
  const [out, back] = [VIRTUAL.includes(row.to_kind), VIRTUAL.includes(row.from_kind)];
  return out === back ? "" : out ? "−" : "+";
}

function count(number: number): string {
  return shown(String(number));
}

function duration(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours >= 48) return b("whole_days", { days: String(Math.floor(hours / 24)) });
  return hours ? b("hours", { hours: String(hours), minutes: String(rest) }) : b("minutes", { minutes: String(rest) });
}

function clock(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).format(ms);
}
