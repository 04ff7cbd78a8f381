/** 异常: what was flagged, refused or is out of order, why, and what would mend it. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { nameOf } from "../../text/words";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { FilterSelect, TextArea } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { Halves } from "../frame/halves";
import { address } from "../frame/open_thing";
import { namedBy, site, siteName, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty, NoMatch } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import "./admin.css";
import { Mend } from "./exceptions_mend";
import { every, match } from "./load";
import { may } from "./may";
import { a, adminOr, ours, worded } from "./words";

export type Case = components["schemas"]["Exception"];
export type CaseDetail = components["schemas"]["ExceptionDetail"];

const SOURCES = ["flagged", "rejected", "quarantine", "lost_range", "negative", "estimated_price", "silent_device", "conflict", "document"];
const MINUTE_MS = 60_000;

export function ExceptionsPage() {
  const filters = useFilters("state", "source", "weight");
  const { isSet, clear, values: { state, source, weight } } = filters;
  const asked = useAsk(`${site.value} ${filters.key}`, (passive) =>
    every<Case>("/api/v1/exceptions", {
      site: site.value || undefined, state: state || "open", source: source || undefined, weight: weight || undefined,
    }, by(passive)), { concerns: ({ topic }) => topic.startsWith("exception."), least_ms: 2000 });
  const chosen = query.value.get("id") ?? "";
  if (!worded()) return null;
  return (
    <Halves chosen={chosen !== ""} label={a("exceptions_title")} onBack={() => ask({ id: "" })} even
      list={
        <div class="admin one-column three">
          <div class="page-head"><h1>{a("exceptions_title")}</h1></div>
          <div class="filter-line">
            <FilterSelect label={a("alerts_state")} none={a("case_open")} value={state} onChange={(value) => filters.set({ state: value })}
              choices={[{ value: "resolved", text: a("case_resolved") }, { value: "all", text: a("state_all") }]} />
            <FilterSelect label={a("exceptions_source")} value={source} onChange={(value) => filters.set({ source: value })}
              choices={SOURCES.map((value) => ({ value, text: adminOr(`source_${value}`, value) }))} />
            <FilterSelect label={a("exceptions_weight")} value={weight} onChange={(value) => filters.set({ weight: value })}
              choices={["act", "look", "note"].map((value) => ({ value, text: adminOr(`weight_${value}`, value) }))} />
          </div>
          <Answered asked={asked}>{(rows) => <List rows={rows} chosen={chosen} any={isSet} clear={clear} />}</Answered>
        </div>
      }
      thing={chosen ? <Detail key={chosen} id={chosen} /> : <Empty title={a("exceptions_choose")} />}
    />
  );
}

/** "3 d", "5 h", "12 min". */
export function age(instant: string): string {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(instant)) / MINUTE_MS));
  if (minutes < 60) return a("age_minutes", { n: minutes });
  if (minutes < 48 * 60) return a("age_hours", { n: Math.round(minutes / 60) });
  return a("age_days", { n: Math.round(minutes / 60 / 24) });
}

export function itemOf(row: Case): string {
  return row.item ?? String((row.facts as Record<string, unknown>)["item"] ?? "");
}

function List({ rows, chosen, any, clear }: { rows: Case[]; chosen: string; any: boolean; clear: () => void }) {
  const columns: Column<Case>[] = [
    { key: "weight", title: a("exceptions_weight"), value: (row) => row.weight, width: 90, narrow: true,
      cell: (row) => <span class={`chip ${row.weight}`}>{adminOr(`weight_${row.weight}`, row.weight)}</span> },
    { key: "source", title: a("exceptions_source"), value: (row) => adminOr(`source_${row.source}`, row.source), width: 130, narrow: true, head: true },
    { key: "item", title: a("col_item"), kind: "code", value: itemOf, width: 120, narrow: true },
    { key: "location", title: a("col_location"), kind: "code", value: (row) => row.location ?? "", width: 100 },
    { key: "person", title: a("col_person"), value: (row) => row.user ?? row.device ?? "", width: 110, grow: true },
    { key: "age", title: a("col_age"), kind: "moment", value: (row) => row.occurred_at, cell: (row) => age(row.occurred_at), width: 80, narrow: true },
    { key: "code", title: a("col_code"), kind: "code", value: (row) => row.code, width: 160, hidden: true },
    { key: "site", title: a("col_site"), value: (row) => (row.site ? siteName(row.site) : ""), width: 100, hidden: true },
    { key: "device", title: a("col_device"), value: (row) => row.device ?? "", width: 110, hidden: true },
  ];
  return (
    <Table name="exceptions" label={a("exceptions_title")} rows={rows} columns={columns} id={(row) => row.id} selected={chosen}
      onSelect={(row) => ask({ id: row.id })}
      empty={any ? <NoMatch onClear={clear} /> : <Empty title={a("exceptions_none")}>{a("exceptions_none_hint")}</Empty>} />
  );
}

function Detail({ id }: { id: string }) {
  const asked = useAsk(id, (passive) =>
    call("get", "/api/v1/exceptions/{case_id}", { path: { case_id: id }, headers: by(passive) }),
    { concerns: ({ topic }) => topic.startsWith("exception.") });
  return <Answered asked={asked}>{(found) => <Shown found={found} again={asked.again} />}</Answered>;
}

function Shown({ found, again }: { found: CaseDetail; again: () => Promise<void> }) {
  const words = ours(found as { zh: CaseDetail["zh"]; en: CaseDetail["en"] });
  const zone = zoneOf(found.site);
  return (
    <>
      <div>
        <h1>{adminOr(`source_${found.source}`, found.source)}{itemOf(found) && ` · ${itemOf(found)}`}</h1>
        <p class="muted">{[found.site && siteName(found.site), found.location, found.user, found.device, moment(found.occurred_at, zone)].filter(Boolean).join(" · ")}</p>
      </div>
      <p><span class={`chip ${found.weight}`}>{adminOr(`weight_${found.weight}`, found.weight)}</span> {words.says}</p>
      {found.state === "open" ? (
        <section class="proposal" aria-label={a("proposal")}>
          <h2>{a("proposal")}</h2>
          <p><b>{words.do}</b></p>
          {may("exceptions.decide") && <><Mend found={found} again={again} /><Resolve found={found} again={again} /></>}
        </section>
      ) : (
        <p class="resolved">{found.resolved_by
          ? a("resolved_by", { who: found.resolved_by, when: moment(found.resolved_at!, zone), reason: found.reason })
          : a("resolved_itself", { when: moment(found.resolved_at!, zone) })}</p>
      )}
      <Facts found={found} />
      <Behind found={found} zone={zone} />
    </>
  );
}

function Facts({ found }: { found: CaseDetail }) {
  const facts = useMemo(() => Object.entries(found.facts).filter(([name, value]) => !["fields", "movement_id"].includes(name) && String(value)), [found]);
  return (
    <dl class="facts">
      {found.item && <><dt>{a("col_item")}</dt><dd><a href={address("/item", { code: found.item })}>{found.item} {nameOf(namedBy(found as never))}</a></dd></>}
      {found.location && <><dt>{a("col_location")}</dt><dd><a href={address("/location", { site: found.site ?? "", code: found.location })}>{found.location}</a></dd></>}
      {facts.filter(([name]) => !(name === "item" && found.item)).map(([name, value]) => (
        <><dt>{adminOr(`fact_${name}`, name)}</dt><dd class="code">{Array.isArray(value) ? value.map((each) => adminOr(`flag_${String(each)}`, String(each))).join(", ") : String(value)}</dd></>
      ))}
      {found.tasks.map((task) => <><dt>{a("task_ordered")}</dt><dd>{adminOr(`task_${task.kind}`, task.kind)} · {age(task.ordered_at)}</dd></>)}
    </dl>
  );
}

function Behind({ found, zone }: { found: CaseDetail; zone: string }) {
  if (!found.commands.length) return null;
  return (
    <section>
      <h2>{a("behind_it")}</h2>
      <ol class="history">
        {found.commands.map((command) => (
          <li key={command.id}>
            <b>{adminOr(`command_${command.type}`, command.type)} · {adminOr(`status_${command.status}`, command.status)}</b>
            <span class="muted small">{moment(command.occurred_at, zone)} · {[command.user, command.device].filter(Boolean).join(" · ")}</span>
            <span class="code small">{Object.entries(command.body).map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`).join("  ")}</span>
            {command.scans.length > 0 && (
              <span class="small">{a("scans")}: {command.scans.map((scan, index) => <code key={index} title={`${scan.aim} ${scan.source}`}>{scan.text} </code>)}</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Resolve({ found, again }: { found: CaseDetail; again: () => Promise<void> }) {
  const reason = useSignal("");
  const { busy, problem, code, run } = useWork();
  const send = (): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/exceptions/{case_id}/resolve", { path: { case_id: found.id }, headers: match(found), body: { reason: reason.value } });
    say(a("exception_resolved_said"));
    await again();
  });
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <TextArea label={a("resolve_reason")} name="reason" rows={2} onInput={(value) => (reason.value = value)} />
      {problem && <p class="problem" role="alert">{problem}{code === "stale_version" && <> <button type="button" onClick={() => void again()}>{a("show_theirs")}</button></>}</p>}
      <div class="acts-line"><button type="submit" disabled={busy || !reason.value.trim()}>{a("resolve")}</button></div>
    </form>
  );
}
