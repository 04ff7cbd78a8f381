/** 月末结账: what is not settled with the way to settle it, closing, reopening, and the pack of each month. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { language } from "../../text/words";
import { Form } from "../../ui/form";
import { Sheet } from "../../ui/sheet";
import { may } from "../admin/may";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { TextArea } from "../frame/fields";
import { address } from "../frame/open_thing";
import { loadPlaces, oneSite, siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty, Loading } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import { useWork } from "../frame/work";
import { Packs, Periods } from "./month_end_kept";
import { Listed } from "./schedule_form";
import "./reports.css";
import { r, sayOr, worded } from "./words";

type Month = components["schemas"]["Month"];
type Check = components["schemas"]["Check"];

const LEAST_MS = 3_000;
/** Counting what is open costs something: only news that change it. */
const CONCERNS = /^(document|exception|count|period|device|month_end_pack|site)\./;

export function MonthEndPage() {
  if (!worded()) return <Loading />;
  const here = sites.value.find(({ code }) => code === oneSite.value);
  if (!here?.id)
    return <div class="reports month-end"><h1>{r("month_end")}</h1><Empty title={r("choose_site_title")} action={<Sites />}>{r("choose_site")}</Empty></div>;
  return <OfSite key={here.id} id={here.id} code={here.code ?? ""} />;
}

function Sites() {
  return <div class="acts-line">{sites.value.map(({ code = "" }) => <a key={code} class="button" href={address("/month-end", { site: code })}>{siteName(code)}</a>)}</div>;
}

function OfSite({ id, code }: { id: string; code: string }) {
  const month = query.value.get("month") ?? "";
  const asked = useAsk(`month-end ${id} ${month}`, (passive) => call("get", "/api/v1/sites/{site_id}/month-end", {
    path: { site_id: id }, query: month ? { last_day: lastDayOf(month) } : {}, headers: by(passive),
  }), { concerns: ({ topic }) => CONCERNS.test(topic), least_ms: LEAST_MS });
  const again = async (): Promise<void> => { await Promise.all([asked.again(), loadPlaces()]); };
  return (
    <div class="reports month-end">
      <Answered asked={asked}>{(found) => (
        <>
          <header class="page-head">
            <h1>{siteName(code)} · {r("month_of", { month: found.last_day.slice(0, 7) })}</h1>
            <label class="boxed"><span>{r("month")}</span>
              <input type="month" value={found.last_day.slice(0, 7)} data-manual onChange={(event) => ask({ month: event.currentTarget.value })} />
            </label>
          </header>
          <p class="muted">{r("month_days", { from: found.first_day, to: found.last_day })} · {found.closed_through ? r("closed_through", { day: found.closed_through }) : r("closed_never")}</p>
          <Checks month={found} />
          <Acts id={id} month={found} again={again} />
          <Packs id={id} last_day={found.last_day} />
          <Periods id={id} zone={code} />
        </>
      )}</Answered>
    </div>
  );
}

function Checks({ month }: { month: Month }) {
  return (
    <section class="kept checks" aria-label={r("checks")}>
      <h2>{r("checks")}</h2>
      <p class={`verdict ${verdictTone(month)}`} role="status">{verdict(month)}</p>
      <table>
        <thead><tr><th>{r("check")}</th><th class="right">{r("count")}</th><th>{r("state")}</th><th /></tr></thead>
        <tbody>{month.checks.map((check) => <Line key={check.name} check={check} />)}</tbody>
      </table>
    </section>
  );
}

function Line({ check }: { check: Check }) {
  const state = !check.count ? "fine" : check.blocking ? "blocks" : "warns";
  const tones = { fine: "fine", blocks: "bad", warns: "wait" };
  const name = sayOr(`check_${check.name}`, check.name);
  return (
    <tr data-check={check.name}>
      <td>{name}</td>
      <td class="right">{check.count ? <a href={check.link} aria-label={`${name} ${check.count}`}>{check.count}</a> : 0}</td>
      <td><span class={`pill ${tones[state]}`}>{r(`check_${state}` as "check_fine")}</span></td>
      <td class="right">{check.count > 0 && <a href={check.link} aria-label={`${r("open")}: ${name}`}>{r("open")}</a>}</td>
    </tr>
  );
}

const isClosed = ({ closed_through, last_day }: Month): boolean => closed_through !== null && closed_through >= last_day;
const isBlocked = ({ checks }: Month): boolean => checks.some(({ blocking, count }) => blocking && count > 0);

function verdict(month: Month): string {
  if (isClosed(month)) return r("closed_already");
  if (isBlocked(month)) return r("checks_block");
  if (!month.may_close) return r("not_over");
  return r(month.checks.some(({ count }) => count) ? "checks_warn" : "checks_fine");
}

function verdictTone(month: Month): string {
  return isClosed(month) || month.may_close ? "fine" : "wait";
}

function Acts({ id, month, again }: { id: string; month: Month; again: () => Promise<void> }) {
  const { busy, problem, run } = useWork();
  const reopening = useSignal(false);
  const path = { site_id: id };
  const next = dayAfter(month.last_day);
  const close = (): Promise<boolean> => run(async () => {
    await steppedUp(() => call("post", "/api/v1/sites/{site_id}/periods", { path, body: { action: "close", closed_through: month.last_day, reason: "" } }));
    say(r("closed_now", { day: month.last_day }));
    ask({ month: month.last_day.slice(0, 7) });
    await again();
  });
  const pack = (): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/sites/{site_id}/month-end-packs", { path, body: { last_day: month.last_day, language: language.value } });
    say(r("pack_asked"));
  });
  if (!may("periods.write")) return <p class="muted">{r("no_right_close")}</p>;
  return (
    <>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        {!isClosed(month) && month.may_close && (
          <Confirm main grave={false} label={r("close_month")} consequence={r("close_sure", { day: month.last_day, next })} disabled={busy} onConfirm={() => void close()} />
        )}
        <button disabled={busy} onClick={() => void pack()}>{r("make_pack")}</button>
        {month.closed_through && <button onClick={() => (reopening.value = true)}>{r("reopen")}</button>}
      </div>
      {reopening.value && month.closed_through && (
        <Reopen id={id} closed={month.closed_through} onClose={() => (reopening.value = false)} again={again} />
      )}
    </>
  );
}

interface ReopenProps {
  id: string;
  closed: string;
  onClose: () => void;
  again: () => Promise<void>;
}

function Reopen({ id, closed, onClose, again }: ReopenProps) {
  const before = dayBefore(`${closed.slice(0, 7)}-01`);
  const reopen = async ({ what, reason = "" }: Record<string, string>): Promise<void> => {
    const body = { action: "reopen" as const, closed_through: what === "all" ? null : before, reason };
    await steppedUp(() => call("post", "/api/v1/sites/{site_id}/periods", { path: { site_id: id }, body }));
    say(r("reopened"));
    onClose();
    await again();
  };
  return (
    <Sheet title={r("reopen_title")} onClose={onClose}>
      <p class="muted">{r("reopen_hint", { day: before })}</p>
      <Form go={r("reopen_go")} busy={r("saving")} onSubmit={reopen}>
        <Listed label={r("reopen_what")} name="what" value="month" values={["month", "all"]} words={(what) => (what === "all" ? r("reopen_all") : r("reopen_month", { month: closed.slice(0, 7) }))} />
        <TextArea label={r("reason")} name="reason" />
      </Form>
      <button class="quiet" onClick={onClose}>{r("cancel")}</button>
    </Sheet>
  );
}

const DAY_MS = 86_400_000;

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
const dayBefore = (day: string): string => new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);

/** "2026-10" → "2026-10-31". */
function lastDayOf(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return new Date(Date.UTC(year!, number!, 0)).toISOString().slice(0, 10);
}
