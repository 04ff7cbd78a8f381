/** 导入: a file in four steps — choose, lead columns to fields, look, write — and what was imported before. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../api/client";
import { ask, query } from "../../route";
import { moment } from "../format";
import { by, PASSIVE, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select } from "../frame/fields";
import { oneSite, siteName, sites, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { useWork } from "../frame/work";
import "./admin.css";
import { upload, type Import, type Preview, type WrongRows } from "./files";
import { every } from "./load";
import { Outcome, Wrong } from "./outcome";
import { a, adminOr, worded } from "./words";

const KINDS = ["items", "locations", "suppliers", "supplier_items", "item_sites", "opening_stock"];
const OF_A_SITE = ["locations", "item_sites", "opening_stock"];
const PROGRESS_MS = 1000;

export function ImportsPage() {
  const asked = useAsk("", (passive) => every<Import>("/api/v1/imports", {}, by(passive)), { concerns: ({ topic }) => topic.startsWith("import"), least_ms: 2000 });
  if (!worded()) return null;
  return (
    <div class="admin scroll imports">
      <div class="page-head"><h1>{a("imports_title")}</h1></div>
      <Wizard again={asked.again} />
      <section><h2>{a("imports_before")}</h2><Answered asked={asked}>{(rows) => <Before rows={[...rows].reverse()} again={asked.again} />}</Answered></section>
    </div>
  );
}

function Wizard({ again }: { again: () => Promise<void> }) {
  const kind = query.value.get("kind") ?? "items";
  const site = useSignal(oneSite.value);
  const file = useSignal<File | null>(null);
  const seen = useSignal<Preview | null>(null);
  const columns = useSignal<Record<string, string>>({});
  const batch = useSignal<Import | null>(null);
  const wrong = useSignal<WrongRows | null>(null);
  const { busy, problem, run } = useWork();
  const maps = useAsk(kind, () => call("get", "/api/v1/column-maps", { query: { kind: kind as "items" } }));

  const preview = (chosen: File): Promise<boolean> => run(async () => {
    [file.value, seen.value, batch.value, wrong.value] = [chosen, null, null, null];
    seen.value = await upload<Preview>("/imports/preview", { kind }, chosen, chosen.name);
    columns.value = seen.value.columns;
  });
  useEffect(() => { if (file.value) void preview(file.value); }, [kind]);
  const check = (): Promise<boolean> => run(async () => {
    const asked = { kind, site: OF_A_SITE.includes(kind) ? site.value : "", column_map: JSON.stringify(columns.value) };
    const checked = await upload<Import>("/imports", asked, file.value!, file.value!.name);
    wrong.value = checked.wrong ? await call("get", "/api/v1/imports/{uid}/wrong", { path: { uid: checked.uid } }) : null;
    batch.value = checked;
    await again();
  });
  const apply = (): Promise<boolean> => run(async () => {
    const uid = batch.value!.uid;
    const timer = window.setInterval(() => void call("get", "/api/v1/imports/{uid}", { path: { uid }, headers: PASSIVE }).then((now) => {
      if (now.state === "applying") batch.value = now;
    }, () => undefined), PROGRESS_MS);
    try {
      batch.value = await call("post", "/api/v1/imports/{uid}/apply", { path: { uid } });
      say(a("imported", { new: batch.value.new ?? 0, changed: batch.value.changed ?? 0 }));
    } finally {
      clearInterval(timer);
      await again();
    }
  });
  const saveMap = (name: string): Promise<boolean> => run(async () => {
    await call("put", "/api/v1/column-maps", { body: { kind: kind as "items", name, columns: columns.value } });
    say(a("map_saved", { name }));
    await maps.again();
  });
  const missing = seen.value?.fields.filter((field) => field.required && !Object.values(columns.value).includes(field.name)) ?? [];
  return (
    <section class="wizard">
      <h2>{a("step_file")}</h2>
      <div class="acts-line">
        <Select label={a("import_kind")} value={kind} onChange={(value) => ask({ kind: value })} choices={KINDS.map((value) => ({ value, text: adminOr(`import_${value}`, value) }))} />
        {OF_A_SITE.includes(kind) && <Select label={a("col_site")} value={site.value} onChange={(value) => (site.value = value)}
          choices={sites.value.map((each) => ({ value: each.code ?? "", text: siteName(each.code ?? "") }))} />}
        <label class="field"><span>{a("import_choose")}</span>
          <input type="file" accept=".csv,.xlsx,.txt,.tsv" onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) void preview(chosen);
            event.currentTarget.value = "";
          }} /></label>
      </div>
      {file.value && <p class="muted small">{file.value.name}{seen.value && ` · ${a("rows_below", { n: seen.value.rows })}`}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {seen.value && (
        <>
          <h2>{a("step_columns")}</h2>
          {(maps.answer?.rows.length ?? 0) > 0 && <Select label={a("map_use")} value="" none={a("map_none")} choices={maps.answer!.rows.map((each) => ({ value: each.name, text: each.name }))}
            onChange={(name) => { const saved = maps.answer!.rows.find((each) => each.name === name); if (saved) { columns.value = { ...columns.value, ...saved.columns }; batch.value = null; } }} />}
          <div class="table" tabIndex={0} role="region" aria-label={a("step_columns")}>
            <table>
              <thead><tr><th>{a("col_column")}</th><th>{a("col_field")}</th><th>{a("col_samples")}</th></tr></thead>
              <tbody>{seen.value.headers.map((header, place) => (
                <tr key={place}>
                  <td>{header || "—"}</td>
                  <td><select aria-label={`${a("col_field")}: ${header}`} value={columns.value[header] ?? ""} onChange={(event) => { columns.value = { ...columns.value, [header]: event.currentTarget.value }; batch.value = null; }}>
                    <option value="">{a("column_left_out")}</option>
                    {seen.value!.fields.map((field) => <option key={field.name} value={field.name}>{field.headers[0] ?? field.name} ({field.name}){field.required ? " *" : ""}</option>)}
                  </select></td>
                  <td class="muted"><span class="long">{seen.value!.samples.map((row) => row[place]).filter(Boolean).slice(0, 3).join(" · ")}</span></td>
                </tr>
              ))}</tbody>
            </table>
          </div>
          {missing.length > 0 && <p class="problem">{a("columns_missing", { fields: missing.map((field) => field.headers[0] ?? field.name).join(", ") })}</p>}
          <div class="acts-line">
            <button class={batch.value ? "" : "main"} disabled={busy || missing.length > 0} onClick={() => void check()}>{busy && !batch.value ? a("looking") : a("look_at_it")}</button>
            <SaveMap onSave={(name) => void saveMap(name)} />
          </div>
        </>
      )}
      {batch.value && (
        <>
          <h2>{a("step_look")}</h2>
          <Outcome batch={batch.value} />
          {wrong.value && batch.value.state === "dry_run" && <Wrong found={wrong.value} uid={batch.value.uid} />}
          <Write batch={batch.value} busy={busy} rows={seen.value?.rows ?? 0} onApply={() => void apply()} />
        </>
      )}
    </section>
  );
}

function Write({ batch, busy, rows, onApply }: { batch: Import; busy: boolean; rows: number; onApply: () => void }) {
  const writes = (batch.new ?? 0) + (batch.changed ?? 0);
  if (batch.state === "applied") return <p class="resolved" role="status">{a("imported", { new: batch.new ?? 0, changed: batch.changed ?? 0 })}</p>;
  if (busy) return <label class="muted">{a("applying")} <progress max={Math.max(rows, 1)} value={batch.reached ?? 0} /></label>;
  if (!writes) return <p class="muted">{a("nothing_to_write")}</p>;
  return <div class="acts-line"><button class="main" onClick={onApply}>{a(batch.wrong ? "apply_right" : "apply_rows", { n: writes })}</button></div>;
}

function SaveMap({ onSave }: { onSave: (name: string) => void }) {
  const name = useSignal("");
  return (
    <form class="inline" onSubmit={(event) => { event.preventDefault(); if (name.value.trim()) onSave(name.value.trim()); }}>
      <input aria-label={a("map_name")} placeholder={a("map_name")} value={name.value} maxLength={100} data-manual onInput={(event) => (name.value = event.currentTarget.value)} />
      <button type="submit" disabled={!name.value.trim()}>{a("map_save")}</button>
    </form>
  );
}

function Before({ rows, again }: { rows: Import[]; again: () => Promise<void> }) {
  const { busy, problem, run } = useWork();
  if (!rows.length) return <Empty title={a("imports_none")}>{a("imports_none_hint")}</Empty>;
  const back = (row: Import): void => void run(async () => {
    await call("post", "/api/v1/imports/{uid}/roll-back", { path: { uid: row.uid } });
    say(a("rolled_back", { file: row.file_name ?? "" }));
    await again();
  });
  return (
    <>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="table" tabIndex={0} role="region" aria-label={a("imports_before")}>
        <table>
          <thead><tr><th>{a("col_file")}</th><th>{a("import_kind")}</th><th>{a("col_when")}</th><th>{a("col_person")}</th><th class="right">{a("outcome_new")}</th><th class="right">{a("outcome_changed")}</th><th class="right">{a("outcome_wrong")}</th><th>{a("col_state")}</th></tr></thead>
          <tbody>{rows.slice(0, 100).map((row) => (
            <tr key={row.uid}>
              <td><span class="long">{row.file_name}</span></td><td>{adminOr(`import_${row.kind}`, row.kind)}</td><td>{row.created_at && moment(row.created_at, zoneOf())}</td><td>{row.user ?? ""}</td>
              <td class="right">{row.new}</td><td class="right">{row.changed}</td>
              <td class="right">{row.wrong ? <a href={`/api/v1/imports/${row.uid}/wrong-rows`} download>{row.wrong}</a> : 0}</td>
              <td>{adminOr(`import_state_${row.state}`, row.state ?? "")} {row.state === "applied" && <Confirm label={a("roll_back")} consequence={a("roll_back_sure", { n: (row.new ?? 0) + (row.changed ?? 0) })} disabled={busy} onConfirm={() => back(row)} />}</td>
            </tr>
          ))}</tbody>
        </table>
      </div>
    </>
  );
}
