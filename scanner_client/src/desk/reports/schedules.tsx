/** Scheduled reports: what runs when and for whom, the last run of each, and a form for a new one. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, path, query } from "../../route";
import { language, refusal } from "../../text/words";
import { every, match } from "../admin/load";
import { may } from "../admin/may";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { useWork } from "../frame/work";
import { kindName } from "./report_columns";
import { ScheduleForm } from "./schedule_form";
import { r, sayOr } from "./words";

export type Schedule = components["schemas"]["Schedule"];
export type Run = components["schemas"]["Run"];
export type Channel = components["schemas"]["Channel"];

const CONCERNS = /^(report|report_schedule)\./;
const RUNS = 100;

export function Schedules() {
  const asked = useAsk(`schedules ${language.value}`, async (passive) => {
    const headers = by(passive);
    const [schedules, runs, kinds, channels] = await Promise.all([
      every<Schedule>("/api/v1/report-schedules", { retired: false }, headers),
      call("get", "/api/v1/report-runs", { query: { limit: RUNS }, headers }),
      call("get", "/api/v1/reports", { query: { language: language.value }, headers }),
      may("messages.read") ? every<Channel>("/api/v1/channels", {}, headers) : [],
    ]);
    return { schedules, runs: runs.rows, kinds: kinds.rows, channels };
  }, { concerns: ({ topic }) => CONCERNS.test(topic), least_ms: 1000 });
  const editing = query.value.get("id") ?? "";
  return (
    <Answered asked={asked}>{({ schedules, runs, kinds, channels }) => {
      const chosen = schedules.find(({ id }) => id === editing);
      const title = (name: string): string => kinds.find((each) => each.name === name)?.title ?? name;
      return (
        <div class="beside">
          <section>
            <h1>{r("schedules")}</h1>
            <p class="muted">{r("schedules_hint")}</p>
            {schedules.map((each) => (
              <One key={each.id} schedule={each} title={title(each.report)} channels={channels} run={runs.find((run) => run.schedule_id === each.id)} again={asked.again} />
            ))}
            {!schedules.length && <Empty title={r("schedules_none_title")}>{r(may("reports.write") ? "schedules_none" : "schedules_none_read")}</Empty>}
            <Runs runs={runs} title={title} />
          </section>
          {may("reports.write") && (
            <ScheduleForm key={chosen ? `${chosen.id} ${chosen.version}` : "new"} kinds={kinds} channels={channels} schedule={chosen}
              onDone={async () => { ask({ id: "", new: "" }); await asked.again(); }} />
          )}
        </div>
      );
    }}</Answered>
  );
}

interface OneProps {
  schedule: Schedule;
  title: string;
  channels: readonly Channel[];
  run: Run | undefined;
  again: () => Promise<void>;
}

function One({ schedule, title, channels, run, again }: OneProps) {
  const { busy, problem, run: work } = useWork();
  const to = channels.filter(({ id }) => schedule.channel_ids.includes(id)).map(({ name }) => name);
  const stop = (): Promise<boolean> => work(async () => {
    await call("patch", "/api/v1/report-schedules/{record_id}", { path: { record_id: schedule.id }, body: { retired: true }, headers: match(schedule) });
    say(r("stopped", { name: schedule.name }));
    await again();
  });
  const runNow = (): Promise<boolean> => work(async () => {
    await call("post", "/api/v1/report-schedules/{schedule_id}/run", { path: { schedule_id: schedule.id } });
    say(r("run_asked", { name: schedule.name }));
    await again();
  });
  return (
    <article class="card" data-schedule={schedule.name}>
      <div class="card-head"><h2>{schedule.name}</h2>{run && <StatePill of={run.state} />}</div>
      <p>{[title, daysWords(schedule.days), schedule.at, r(`format_${schedule.format as "xlsx"}`)].join(" · ")}</p>
      <p class="muted small">{filterWords(schedule.filters)} · {r("channels")}: {to.length ? to.join("、") : r("channels_none")} · {r("by_whom")}: {schedule.user}</p>
      <p class="muted small">
        {r("next_due")}: {schedule.next_due_at ? moment(schedule.next_due_at, schedule.time_zone) : "–"} · {r("last_run")}:{" "}
        {run ? <LastRun run={run} zone={schedule.time_zone} /> : r("never")}
      </p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {may("reports.write") && (
        <div class="acts-line">
          <button disabled={busy} onClick={() => void runNow()}>{r("run_now")}</button>
          <button onClick={() => ask({ id: schedule.id, new: "" })}>{r("edit")}</button>
          <Confirm label={r("stop")} consequence={r("stop_sure", { name: schedule.name })} disabled={busy} onConfirm={() => void stop()} />
        </div>
      )}
    </article>
  );
}

function LastRun({ run, zone }: { run: Run; zone: string }) {
  const when = moment(run.ended_at ?? run.due_at, zone);
  if (run.state === "failed") return <span class="minus">{when} {run.error && refusal(run.error)}</span>;
  return run.state === "done" ? <a href={fileOf(run)} download>{when}</a> : <>{when}</>;
}

/** Everything that ran; the one a message spoke of is marked. */
function Runs({ runs, title }: { runs: readonly Run[]; title: (report: string) => string }) {
  const marked = /^\/reports\/runs\/(\d+)$/.exec(path.value)?.[1] ?? "";
  return (
    <section class="kept" aria-label={r("runs")}>
      <h2>{r("runs")}</h2>
      {runs.length === 0 ? <p class="muted">{r("runs_none")}</p> : (
        <div class="table" tabIndex={0} role="region" aria-label={r("runs")}>
          <table>
            <thead><tr><th>{r("due")}</th><th>{r("name")}</th><th>{r("report")}</th><th>{r("file")}</th></tr></thead>
            <tbody>{runs.map((run) => (
              <tr key={run.id} class={run.id === marked ? "on" : ""} data-run={run.id}>
                <td>{moment(run.due_at, zoneOf())}</td><td>{run.name}</td><td>{title(run.report)}</td>
                <td>{run.state === "done" ? <a href={fileOf(run)} download>{r("download")}</a> : <StatePill of={run.state} />}{run.error && ` ${refusal(run.error)}`}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function fileOf(run: Run): string {
  return `/api/v1/report-runs/${run.id}/file`;
}

const TONES: Record<string, string> = { done: "fine", running: "wait", wanted: "wait", failed: "bad" };

export function StatePill({ of }: { of: string }) {
  return <span class={`pill ${TONES[of] ?? ""}`}>{sayOr(`state_${of}`, of)}</span>;
}

/** "monthly on the 1st" in the reader's words. */
export function daysWords(days: string): string {
  return /^\d+$/.test(days) ? r("days_of_month", { n: days }) : sayOr(`days_${days}`, days);
}

/** Filters as people name them: "Period: Last month · Add up by: By category". */
export function filterWords(filters: Record<string, unknown>): string {
  const said = Object.entries(filters).filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${sayOr(name, name)}: ${name === "kind" ? kindName(String(value)) : sayOr(`${name}_${String(value)}`, String(value))}`);
  return said.join(" · ") || r("filters_none");
}
