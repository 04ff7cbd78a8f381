/** 基础资料: every kind of record, list left, record right; pasted rows are looked at before they count. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { call } from "../../api/client";
import { ask, query } from "../../route";
import { parse } from "../../quantity";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Tick } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { Halves } from "../frame/halves";
import { oneSite, site, siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { SearchBox } from "../frame/search_box";
import { Answered, Empty, NoMatch } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { says } from "../frame/table/rows";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import "./admin.css";
import { every, match } from "./load";
import { may } from "./may";
import { Paste } from "./paste";
import { KINDS, type RecordField, type RecordKind } from "./record_kinds";
import { a, adminOr, worded } from "./words";

export type Row = Record<string, unknown> & { id: string; version: number; retired?: boolean };
type Send = (...all: unknown[]) => Promise<Row>;
const send = call as unknown as Send;

export function RecordsPage() {
  const kind = KINDS.find(({ name }) => name === query.value.get("kind")) ?? KINDS[0]!;
  if (!worded()) return null;
  return <Records key={kind.name} kind={kind} />;
}

function Records({ kind }: { kind: RecordKind }) {
  const filters = useFilters("q", "retired");
  const pasted = useSignal<string[][] | null>(null);
  const topic = kind.name.replace(/-/g, "_").replace(/ies$/, "y").replace(/ses$/, "s").replace(/s$/, "");
  const bySite = kind.fields.some(({ name }) => name === "site") && kind.name !== "barcodes" && site.value !== "";
  const asked = useAsk(`${site.value} ${filters.values.retired}`, (passive) => every<Row>(`/api/v1/${kind.path}`, {
    ...kind.query, ...(bySite && { site: site.value }),
    ...(filters.values.retired !== "1" && kind.name !== "item-sites" && { retired: false }),
  }, by(passive)), { concerns: (row) => row.topic.startsWith(`${topic}.`), least_ms: 3000 });
  const chosen = query.value.get("id") ?? "";
  return (
    <>
      <Halves chosen={chosen !== ""} label={a(kind.title)} onBack={() => ask({ id: "" })} even
        list={
          <div class="admin one-column three">
            <div class="page-head">
              <h1><select aria-label={a("records_title")} value={kind.name} onChange={(event) => ask({ kind: event.currentTarget.value, id: "", q: "" })}>
                {KINDS.map(({ name, title }) => <option key={name} value={name}>{a(title)}</option>)}
              </select></h1>
              {may(kind.write) && (
                <div class="page-acts">
                  {kind.imports && <button onClick={() => (pasted.value = [])}>{a("paste")}</button>}
                  {kind.imports && <a class="button" href={`/imports?kind=${kind.imports}`}>{a("import_file")}</a>}
                  <button class="main" onClick={() => ask({ id: "new" })}>{a("record_new")}</button>
                </div>
              )}
            </div>
            <div class="filter-line">
              <SearchBox value={filters.values.q} onSearch={(q) => filters.set({ q })} pause_ms={0} />
              {kind.name !== "item-sites" && <Tick label={a("with_retired")} checked={filters.values.retired === "1"} onChange={(on) => filters.set({ retired: on ? "1" : "" })} />}
            </div>
            <Answered asked={asked}>{(rows) => (
              <List kind={kind} rows={rows} chosen={chosen} q={filters.values.q} clear={filters.clear} onPaste={(cells) => { if (kind.imports && may(kind.write)) pasted.value = cells; }} />
            )}</Answered>
          </div>
        }
        thing={chosen === "new" ? <One kind={kind} row={null} again={asked.again} />
          : chosen ? <Loaded key={chosen} kind={kind} id={chosen} again={asked.again} />
          : <Empty title={a("record_choose")}>{kind.imports ? a("record_paste_hint") : ""}</Empty>}
      />
      {pasted.value && kind.imports && <Paste kind={kind} cells={pasted.value} onClose={() => { pasted.value = null; void asked.again(); }} />}
    </>
  );
}

interface ListProps {
  kind: RecordKind;
  rows: Row[];
  chosen: string;
  q: string;
  clear: () => void;
  onPaste: (cells: string[][]) => void;
}

function List({ kind, rows, chosen, q, clear, onPaste }: ListProps) {
  const shown = kind.fields.filter(({ aside, kind: of }) => !aside && (of !== "money" || may("cost.read")));
  const columns: Column<Row>[] = shown.map((field, index) => ({
    key: field.name, title: a(field.label), value: (row) => textOf(field, row[field.name]), width: index < 2 ? 140 : 120,
    grow: index === 1, narrow: index < 2, head: index === 0,
    kind: field.kind === "quantity" ? "quantity" : field.kind === "number" ? "number" : field.kind === "money" ? "money" : /code|sku|item|location|supplier$/.test(field.name) ? "code" : "text",
  }));
  columns.push({ key: "retired", title: a("col_state"), value: (row) => (row.retired ? a("retired") : ""), width: 90, hidden: true });
  const fits = useMemo(() => (q ? says<Row>(q, (row) => kind.fields.map(({ name }) => String(row[name] ?? "")).join(" ")) : null), [q, kind]);
  return (
    <Table name={`records.${kind.name}`} label={a(kind.title)} rows={rows} columns={columns} id={(row) => row.id} selected={chosen} match={fits}
      onSelect={(row) => ask({ id: row.id })} onPaste={onPaste}
      {...(kind.exports && may("exports.read") && { exportTo: { href: `/api/v1/exports/${kind.exports}.xlsx`, text: "XLSX" } })}
      empty={q ? <NoMatch onClear={clear} /> : <Empty title={a("records_none")}>{kind.imports ? a("records_none_paste") : a("records_none_new")}</Empty>} />
  );
}

function textOf(field: RecordField, value: unknown): string | number | null {
  if (value === null || value === undefined) return field.kind === "quantity" || field.kind === "money" ? null : "";
  if (field.kind === "yes_no") return a(value ? "yes" : "no");
  if (field.kind === "choice") return adminOr(`choice_${String(value)}`, String(value));
  return typeof value === "number" ? value : String(value);
}

function Loaded({ kind, id, again }: { kind: RecordKind; id: string; again: () => Promise<void> }) {
  const asked = useAsk(id, (passive) => send("get", `/api/v1/${kind.path}/{record_id}`, { path: { record_id: id }, headers: by(passive) }));
  return <Answered asked={asked}>{(row) => <One key={row.version} kind={kind} row={row} again={async () => { await asked.again(); await again(); }} />}</Answered>;
}

function One({ kind, row, again }: { kind: RecordKind; row: Row | null; again: () => Promise<void> }) {
  const { busy, problem, code, run } = useWork();
  const writable = may(kind.write);
  const patch = (body: object, said: string): Promise<boolean> => run(async () => {
    await send("patch", `/api/v1/${kind.path}/{record_id}`, { path: { record_id: row!.id }, headers: match(row!), body });
    say(said);
    await again();
  });
  const save = (form: HTMLFormElement): Promise<boolean> => {
    const values = typed(kind, new FormData(form), row);
    if (row) return patch(values, a("record_saved", { name: nameOf(kind, row) }));
    return run(async () => {
      const made = await send("post", `/api/v1/${kind.path}`, { body: values });
      say(a("record_made", { name: nameOf(kind, made) }));
      await again();
      ask({ id: made.id });
    });
  };
  return (
    <>
      <h1>{row ? nameOf(kind, row) : `${a("record_new")}: ${a(kind.title)}`}{row?.retired ? ` · ${a("retired")}` : ""}</h1>
      <form class="form" onSubmit={(event) => { event.preventDefault(); void save(event.currentTarget as HTMLFormElement); }}>
        {kind.fields.filter(({ kind: of }) => of !== "money" || may("cost.read")).map((field) => <Entry key={field.name} field={field} row={row} disabled={!writable || Boolean(row && field.once)} />)}
        {problem && (
          <p class="problem" role="alert">{code === "stale_version" ? a("changed_meanwhile") : problem}
            {code === "stale_version" && <> <button type="button" onClick={() => void again()}>{a("show_theirs")}</button></>}
          </p>
        )}
        {writable && <button class="main" type="submit" disabled={busy}>{a(row ? "save" : "record_make")}</button>}
      </form>
      {row && writable && kind.name !== "item-sites" && (
        <div class="acts-line">
          {row.retired
            ? <button disabled={busy} onClick={() => void patch({ retired: false }, a("record_back", { name: nameOf(kind, row) }))}>{a("bring_back")}</button>
            : <Confirm label={a("retire")} consequence={a("retire_sure", { name: nameOf(kind, row) })} disabled={busy} onConfirm={() => void patch({ retired: true }, a("record_retired", { name: nameOf(kind, row) }))} />}
          {kind.name === "sites" && !row["live_at"] && <Confirm grave={false} label={a("go_live")} consequence={a("go_live_sure")} disabled={busy} onConfirm={() => void run(async () => {
            await send("post", "/api/v1/sites/{site_id}/go-live", { path: { site_id: row.id } });
            say(a("went_live", { site: nameOf(kind, row) }));
            await again();
          })} />}
        </div>
      )}
    </>
  );
}

function nameOf(kind: RecordKind, row: Row): string {
  return kind.fields.filter(({ aside }) => !aside).slice(0, 2).map(({ name }) => row[name]).filter(Boolean).join(" · ");
}

function Entry({ field, row, disabled }: { field: RecordField; row: Row | null; disabled: boolean }) {
  const value = row?.[field.name];
  const label = a(field.label);
  if (field.kind === "yes_no")
    return <label class="tick"><input type="checkbox" name={field.name} defaultChecked={Boolean(value)} disabled={disabled} /><span>{label}</span></label>;
  if (field.kind === "choice" || field.kind === "site") {
    const choices = field.kind === "site" ? sites.value.map((each) => ({ value: each.code ?? "", text: siteName(each.code ?? "") }))
      : (field.choices ?? []).map((each) => ({ value: each, text: adminOr(`choice_${each}`, each) }));
    return (
      <label class="field"><span>{label}</span>
        <select name={field.name} defaultValue={String(value ?? (field.kind === "site" ? oneSite.value : ""))} disabled={disabled}>
          {!field.required && <option value="" />}
          {choices.map((each) => <option key={each.value} value={each.value}>{each.text}</option>)}
        </select>
      </label>
    );
  }
  return (
    <label class="field"><span>{label}</span>
      <input name={field.name} defaultValue={String(value ?? "")} required={field.required ?? false} disabled={disabled} data-manual spellcheck={false}
        inputMode={field.kind ? "decimal" : "text"} class={field.kind ? "right" : ""}
        onInput={(event) => event.currentTarget.setCustomValidity(!field.kind || !event.currentTarget.value || parse(event.currentTarget.value) !== null ? "" : a("not_a_number"))} />
    </label>
  );
}

/** What the form says as the API takes it: of a record only what changed, of a new one what is said. */
function typed(kind: RecordKind, form: FormData, row: Row | null): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of kind.fields) {
    if (row && field.once) continue;
    const given = form.get(field.name);
    const value = field.kind === "yes_no" ? given !== null : fromText(field, typeof given === "string" ? given.trim() : null);
    if (value === undefined || (row ? same(row[field.name], value) : value === null || value === "")) continue;
    values[field.name] = value;
  }
  return values;
}

function fromText(field: RecordField, text: string | null): unknown {
  if (text === null) return undefined;
  if (field.kind === "number") return text === "" ? null : Number(text);
  if (field.kind === "quantity" || field.kind === "money" || ["category", "parent", "zone", "supplier", "packaging"].includes(field.name)) return text === "" ? null : text;
  return field.kind === "choice" && text === "" ? undefined : text;
}

function same(before: unknown, after: unknown): boolean {
  return (before ?? "") === (after ?? "");
}
