/** 手持机: which there are, how they are, and what can be done from here with one that is lost. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { Field, Form } from "../../ui/form";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select, Tick } from "../frame/fields";
import { Figure, Figures } from "../frame/figures";
import { Halves } from "../frame/halves";
import { address } from "../frame/open_thing";
import { oneSite, site, siteName, sites, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import "./admin.css";
import { age } from "./exceptions_page";
import { every } from "./load";
import { may } from "./may";
import { Qr } from "./qr";
import { a, worded } from "./words";

type Device = components["schemas"]["Device"];
type Code = components["schemas"]["Code"];
const CLOCK_OFF_MS = 60_000;

export function DevicesPage() {
  const asked = useAsk("", (passive) => every<Device>("/api/v1/devices", {}, by(passive)),
    { concerns: ({ topic }) => topic.startsWith("device.") || topic.startsWith("quarantine."), least_ms: 3000 });
  const chosen = query.value.get("id") ?? "";
  if (!worded()) return null;
  return (
    <Halves chosen={chosen !== ""} label={a("devices_title")} onBack={() => ask({ id: "" })} even
      list={
        <div class="admin one-column">
          <div class="page-head">
            <h1>{a("devices_title")}</h1>
            {may("devices.write") && <div class="page-acts"><button class="main" onClick={() => ask({ id: "new" })}>{a("device_enrol")}</button></div>}
          </div>
          <Answered asked={asked}>{(rows) => <List rows={rows} chosen={chosen} />}</Answered>
        </div>
      }
      thing={chosen === "new" ? <Enrol known={asked.answer?.length ?? 0} /> : chosen ? <One key={chosen} id={chosen} /> : <Empty title={a("device_choose")} />}
    />
  );
}

function List({ rows, chosen }: { rows: Device[]; chosen: string }) {
  const here = useMemo(() => rows.filter((row) => !site.value || row.site_code === site.value), [rows, site.value]);
  const columns: Column<Device>[] = [
    { key: "name", title: a("field_name"), value: (row) => row.name, width: 130, grow: true, narrow: true, head: true },
    { key: "site", title: a("col_site"), value: (row) => siteName(row.site_code), width: 100 },
    { key: "state", title: a("col_state"), value: stateOf, width: 100, narrow: true, cell: (row) => <span class={`chip ${toneOf(row)}`}>{stateOf(row)}</span> },
    { key: "unsent", title: a("col_unsent"), kind: "number", value: (row) => row.unsent, width: 90, narrow: true },
    { key: "seen", title: a("col_last_seen"), kind: "moment", value: (row) => row.last_seen_at, cell: (row) => (row.last_seen_at ? age(row.last_seen_at) : a("never")), width: 100 },
    { key: "battery", title: a("col_battery"), kind: "number", value: (row) => row.battery_percent, cell: (row) => (row.battery_percent === null ? "" : `${row.battery_percent} %`), width: 80 },
    { key: "version", title: a("col_version"), kind: "code", value: (row) => row.app_version, width: 90 },
    { key: "clock", title: a("col_clock"), kind: "number", value: (row) => row.clock_off_ms, cell: clockOf, width: 110, hidden: true },
  ];
  return (
    <Table name="devices" label={a("devices_title")} rows={here} columns={columns} id={(row) => row.id} selected={chosen}
      onSelect={(row) => ask({ id: row.id })} empty={<Empty title={a("devices_none")}>{a("devices_none_hint")}</Empty>} />
  );
}

function stateOf(row: Device): string {
  if (row.state === "revoked") return a("device_revoked");
  return row.quarantined ? a("device_doubted") : a("device_active");
}

function toneOf(row: Device): string {
  return row.state === "revoked" ? "note" : row.quarantined ? "act" : "good";
}

function clockOf(row: Device): string {
  const minutes = Math.round(Math.abs(row.clock_off_ms) / 60_000);
  if (Math.abs(row.clock_off_ms) < CLOCK_OFF_MS) return a("clock_right");
  return a("clock_off", { n: minutes });
}

function One({ id }: { id: string }) {
  const asked = useAsk(id, (passive) => call("get", "/api/v1/devices/{device_id}", { path: { device_id: id }, headers: by(passive) }),
    { concerns: ({ topic }) => topic.startsWith("device.") || topic.startsWith("movement.") || topic.startsWith("command."), least_ms: 3000 });
  return <Answered asked={asked}>{(row) => <Shown row={row} again={asked.again} />}</Answered>;
}

function Shown({ row, again }: { row: Device; again: () => Promise<void> }) {
  const zone = zoneOf(row.site_code);
  const ringing = row.ring_until !== null && Date.parse(row.ring_until) > Date.now();
  const { busy, problem, run } = useWork();
  const post = (what: "ring" | "quarantine" | "revoke", said: string, body?: object): void => void run(async () => {
    await (call as (...all: unknown[]) => Promise<unknown>)("post", `/api/v1/devices/{device_id}/${what}`, { path: { device_id: row.id }, ...(body && { body }) });
    say(said);
    await again();
  });
  return (
    <>
      <div>
        <h1>{row.name}</h1>
        <p><span class={`chip ${toneOf(row)}`}>{stateOf(row)}</span> {siteName(row.site_code)}{row.keyless && ` · ${a("device_keyless")}`}</p>
      </div>
      <Figures>
        <Figure name={a("col_unsent")}>{row.unsent}</Figure>
        <Figure name={a("col_last_seen")}>{row.last_seen_at ? age(row.last_seen_at) : a("never")}</Figure>
        <Figure name={a("col_battery")}>{row.battery_percent === null ? "—" : `${row.battery_percent} %`}</Figure>
      </Figures>
      <dl class="facts">
        <dt>{a("col_version")}</dt><dd class="code">{row.app_version || "—"}</dd>
        <dt>{a("col_clock")}</dt><dd>{clockOf(row)}</dd>
        <dt>{a("device_enrolled")}</dt><dd>{moment(row.enrolled_at, zone)}</dd>
        {row.last_seen_at && <><dt>{a("col_last_seen")}</dt><dd>{moment(row.last_seen_at, zone)}</dd></>}
        <dt>{a("device_exceptions")}</dt><dd><a href={address("/exceptions", { device: row.id, state: "all" })}>{a("show_them")}</a></dd>
      </dl>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {may("devices.write") && row.state === "active" && (
        <div class="acts-line">
          {ringing
            ? <button disabled={busy} onClick={() => post("ring", a("ring_stopped"), { ring: false })}>{a("ring_stop")}</button>
            : <button class="main" disabled={busy} onClick={() => post("ring", a("ring_started", { name: row.name }), {})}>{a("ring")}</button>}
          {row.quarantined
            ? <button disabled={busy} onClick={() => post("quarantine", a("trusted_again"), { doubted: false })}>{a("trust_again")}</button>
            : <Confirm grave={false} label={a("quarantine")} consequence={a("quarantine_sure")} disabled={busy} onConfirm={() => post("quarantine", a("quarantined_said"), {})} />}
          <Confirm label={a("revoke")} consequence={a("revoke_device_sure", { name: row.name })} disabled={busy} onConfirm={() => post("revoke", a("device_revoked_said", { name: row.name }))} />
        </div>
      )}
    </>
  );
}

/** The code as a picture to scan with the new handheld, for as long as it lives. */
function Enrol({ known }: { known: number }) {
  const chosen = useSignal(oneSite.value || sites.value[0]?.code || "");
  const keyless = useSignal(location.protocol !== "https:" && location.hostname !== "localhost" && location.hostname !== "127.0.0.1");
  const code = useSignal<Code | null>(null);
  const before = useSignal(known);
  if (code.value && known > before.value)
    return <Empty title={a("enrolled_title")} action={<button onClick={() => { code.value = null; before.value = known; }}>{a("enrol_another")}</button>}>{a("enrolled_hint")}</Empty>;
  if (code.value) return <ShownCode code={code.value} onAgain={() => (code.value = null)} />;
  return (
    <>
      <h1>{a("device_enrol")}</h1>
      <p class="muted">{a("enrol_hint")}</p>
      <Form go={a("enrol_make")} busy={a("saving")} onSubmit={async (values) => {
        before.value = known;
        code.value = await call("post", "/api/v1/enrolment-codes", {
          body: { site: chosen.value, device_name: values["device_name"] ?? "", keyless: keyless.value },
        });
      }}>
        <Field label={a("device_name")} name="device_name" value={`PDA ${known + 1}`} />
        <Select label={a("col_site")} value={chosen.value} onChange={(value) => (chosen.value = value)}
          choices={sites.value.map((each) => ({ value: each.code ?? "", text: siteName(each.code ?? "") }))} />
        <Tick label={a("enrol_keyless")} checked={keyless.value} onChange={(on) => (keyless.value = on)} />
      </Form>
    </>
  );
}

function ShownCode({ code, onAgain }: { code: Code; onAgain: () => void }) {
  const left = useSignal(secondsTo(code.expires_at));
  useEffect(() => {
    const timer = window.setInterval(() => (left.value = secondsTo(code.expires_at)), 1000);
    return () => clearInterval(timer);
  }, [code]);
  if (left.value <= 0) return <Empty title={a("code_over")} action={<button class="main" onClick={onAgain}>{a("enrol_make")}</button>} />;
  const [minutes, seconds] = [Math.floor(left.value / 60), left.value % 60];
  return (
    <div class="enrol">
      <h1>{a("code_scan")}</h1>
      <Qr rows={code.qr} label={code.url} />
      <p class="count-down" role="timer">{minutes}:{String(seconds).padStart(2, "0")}</p>
      <p>{a("code_or_type")} <code>{code.code}</code></p>
      <p class="small"><a href={code.url}>{code.url}</a></p>
    </div>
  );
}

function secondsTo(instant: string): number {
  return Math.max(0, Math.round((Date.parse(instant) - Date.now()) / 1000));
}
