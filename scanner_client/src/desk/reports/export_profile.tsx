/** One export profile: what is new, the next batch in one press, every batch again, and its columns. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { language } from "../../text/words";
import { Field, Form } from "../../ui/form";
import { match } from "../admin/load";
import { may } from "../admin/may";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Figure, Figures, Quantity } from "../frame/figures";
import { oneSite, siteName, sites, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import { ColumnMap } from "./column_map";
import { usePaged } from "./paged";
import { Listed } from "./schedule_form";
import { r } from "./words";

export type Profile = components["schemas"]["Profile"];
type Batch = components["schemas"]["Batch"];

const PAGE = 100;
/** Asking what waits reads the change feed: not at every movement. */
const LEAST_MS = 5_000;
const BATCHES_PX = 360;

export function OneProfile({ profile, again }: { profile: Profile; again: () => Promise<void> }) {
  const path = { profile_id: profile.id };
  const editing = useSignal(false);
  const { busy, problem, run } = useWork();
  const waiting = useAsk(`waiting ${profile.id}`, (passive) => call("get", "/api/v1/export-profiles/{profile_id}/waiting", { path, headers: by(passive) }),
    { concerns: ({ topic }) => topic === "movement.posted" || topic === "export_batch.made", least_ms: LEAST_MS });
  const make = (): Promise<boolean> => run(async () => {
    const batch = await call("post", "/api/v1/export-profiles/{profile_id}/batches", { path });
    say(r("exported", { n: batch.number, rows: batch.rows }), { to: fileOf(batch), text: r("download") });
    await Promise.all([waiting.again(), again()]);
  });
  const retire = (): Promise<boolean> => run(async () => {
    await call("patch", "/api/v1/export-profiles/{record_id}", { path: { record_id: profile.id }, body: { retired: true }, headers: match(profile) });
    await again();
  });
  const rows = waiting.answer?.rows ?? 0;
  return (
    <div class="profile" data-profile={profile.name}>
      <h1>{profile.name}</h1>
      <p class="muted">{[r(`kind_${profile.kind as "movements"}`), profile.site ? siteName(profile.site) : r("every_site"), r(`format_${profile.format as "xlsx"}`)].join(" · ")}</p>
      <Answered asked={waiting}>{() => (
        <Figures><Figure name={r("exports")}>{rows ? r("waiting", { n: rows }) : r("waiting_none")}</Figure></Figures>
      )}</Answered>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {may("reports.write") && (
        <div class="acts-line">
          <button class="main" disabled={busy || !rows} onClick={() => void make()}>{r("export_now")}</button>
          <button aria-pressed={editing.value} onClick={() => (editing.value = !editing.value)}>{r("columns_title")}</button>
          <Confirm label={r("retire_profile")} consequence={r("retire_profile_sure", { name: profile.name })} disabled={busy} onConfirm={() => void retire()} />
        </div>
      )}
      {editing.value && <ColumnMap key={profile.version} profile={profile} onSaved={async () => { editing.value = false; await again(); }} />}
      <Batches profile={profile} />
    </div>
  );
}

function Batches({ profile }: { profile: Profile }) {
  const paged = usePaged(`batches ${profile.id} ${profile.last_number}`, (cursor, passive) =>
    call("get", "/api/v1/export-profiles/{profile_id}/batches", { path: { profile_id: profile.id }, query: { cursor, limit: PAGE }, headers: by(passive) }),
  { concerns: ({ topic }) => topic === "export_batch.made" });
  return (
    <section class="kept" aria-label={r("batches")}>
      <h2>{r("batches")}</h2>
      <Answered asked={paged.asked}>{() => (
        <Table name="export-batches" label={r("batches")} rows={paged.rows} columns={batchColumns()} id={(row) => row.id} more={paged.more} onEnd={paged.next} keys={false} most_px={BATCHES_PX}
          empty={<p class="muted">{r("batches_none")}</p>} />
      )}</Answered>
    </section>
  );
}

function batchColumns(): Column<Batch>[] {
  return [
    { key: "number", title: r("col_number"), kind: "number", value: (row) => row.number, width: 76, narrow: true, head: true },
    { key: "at", title: r("col_at"), kind: "moment", value: (row) => row.at, cell: (row) => moment(row.at, zoneOf()), width: 164, narrow: true },
    { key: "rows", title: r("col_rows"), kind: "number", value: (row) => row.rows, cell: (row) => <Quantity value={String(row.rows)} />, width: 80 },
    { key: "movements", title: r("col_movements"), value: (row) => `${row.first_movement_id}–${row.last_movement_id}`, width: 130, hidden: true },
    { key: "by", title: r("col_by"), value: (row) => row.user, width: 100 },
    { key: "file", title: r("col_file"), value: (row) => row.file_name, cell: (row) => <a href={fileOf(row)} download={row.file_name} aria-label={`${r("download")} ${row.file_name}`}>{r("download")}</a>, width: 90, narrow: true },
    { key: "hash", title: r("col_hash"), kind: "code", value: (row) => row.content_hash, width: 180, hidden: true },
  ];
}

function fileOf(batch: Batch): string {
  return `/api/v1/export-batches/${batch.id}/file`;
}

export function NewProfile({ onMade }: { onMade: (id: string) => Promise<void> }) {
  const maps = useAsk(`maps ${language.value}`, () => call("get", "/api/v1/export-maps"));
  const make = async (values: Record<string, string>): Promise<void> => {
    const { name = "", kind, site, map, format, start } = values;
    const made = await call("post", "/api/v1/export-profiles", {
      body: { name, kind: kind as "movements", format: format as "xlsx", start: start as "now", map: map ?? "", ...(site && { site }) },
    });
    say(r("saved"));
    await onMade(made.id);
  };
  return (
    <Answered asked={maps}>{({ rows }) => (
      <section class="new-profile">
        <h1>{r("new_profile")}</h1>
        <Form go={r("add")} busy={r("saving")} onSubmit={make}>
          <Field label={r("name")} name="name" autofocus />
          <Listed label={r("what")} name="kind" value="movements" values={["movements", "count_differences"]} words={(kind) => r(`kind_${kind as "movements"}`)} />
          <Listed label={r("map")} name="map" value={rows[0]?.name ?? ""} values={rows.map(({ name }) => name)} words={(name) => rows.find((each) => each.name === name)!.title} />
          <label class="field"><span>{r("site")}</span>
            <select name="site">
              <option value="">{r("every_site")}</option>
              {sites.value.map(({ code = "" }) => <option key={code} value={code} selected={code === oneSite.value}>{siteName(code)}</option>)}
            </select>
          </label>
          <Listed label={r("format")} name="format" value="xlsx" values={["xlsx", "csv"]} words={(format) => r(`format_${format as "xlsx"}`)} />
          <Listed label={r("start")} name="start" value="now" values={["now", "beginning"]} words={(start) => r(`start_${start as "now"}`)} />
        </Form>
      </section>
    )}</Answered>
  );
}
