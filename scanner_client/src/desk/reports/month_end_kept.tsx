/** What month ends leave behind: packs to fetch again, and who closed and reopened when. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { refusal } from "../../text/words";
import { may } from "../admin/may";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { zoneOf } from "../frame/places";
import { Answered } from "../frame/states";
import { StatePill } from "./schedules";
import { r } from "./words";

type Pack = components["schemas"]["Pack"];

export function Packs({ id, last_day }: { id: string; last_day: string }) {
  const asked = useAsk(`packs ${id} ${last_day}`, (passive) =>
    call("get", "/api/v1/sites/{site_id}/month-end-packs", { path: { site_id: id }, headers: by(passive) }),
  { concerns: ({ topic }) => topic.startsWith("month_end_pack.") || topic.startsWith("period.") });
  return (
    <section class="kept" aria-label={r("packs")}>
      <h2>{r("packs")}</h2>
      <p class="muted">{r("packs_hint")}</p>
      <Answered asked={asked}>{({ rows }) => rows.length ? (
        <div class="table" tabIndex={0} role="region" aria-label={r("packs")}>
          <table>
            <thead><tr><th>{r("pack_month")}</th><th>{r("file")}</th><th>{r("pack_with")}</th><th>{r("when")}</th><th>{r("who")}</th></tr></thead>
            <tbody>{rows.map((pack) => (
              <tr key={pack.id} data-pack={pack.id}>
                <td>{pack.last_day.slice(0, 7)}</td>
                <td><PackFile id={id} pack={pack} /></td>
                <td>{r(pack.period_id ? "pack_close" : "pack_by_hand")}</td>
                <td>{moment(pack.at, zoneOf())}</td><td>{pack.user}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ) : <p class="muted">{r("packs_none")}</p>}</Answered>
    </section>
  );
}

function PackFile({ id, pack }: { id: string; pack: Pack }) {
  if (pack.state === "failed") return <span class="minus">{refusal(pack.error)}</span>;
  if (pack.state !== "done") return <StatePill of={pack.state} />;
  if (!may("cost.read")) return <span class="muted">{r("no_cost")}</span>;
  return <a href={`/api/v1/sites/${id}/month-end-packs/${pack.id}/file`} download={pack.file_name}>{pack.file_name}</a>;
}

export function Periods({ id, zone }: { id: string; zone: string }) {
  const asked = useAsk(`periods ${id}`, (passive) =>
    call("get", "/api/v1/sites/{site_id}/periods", { path: { site_id: id }, query: { limit: 100 }, headers: by(passive) }),
  { concerns: ({ topic }) => topic.startsWith("period.") });
  return (
    <section class="kept" aria-label={r("history")}>
      <h2>{r("history")}</h2>
      <Answered asked={asked}>{({ rows }) => rows.length ? (
        <div class="table" tabIndex={0} role="region" aria-label={r("history")}>
          <table>
            <thead><tr><th>{r("when")}</th><th>{r("action")}</th><th>{r("through")}</th><th>{r("reason")}</th><th>{r("who")}</th></tr></thead>
            <tbody>{rows.map((row) => (
              <tr key={row.id} data-period={row.id}>
                <td>{moment(row.at, zoneOf(zone))}</td><td>{r(`action_${row.action as "close"}`)}</td>
                <td>{row.closed_through ?? r("nothing_closed")}</td><td class="words">{row.reason}</td><td>{row.user}</td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      ) : <p class="muted">{r("history_none")}</p>}</Answered>
    </section>
  );
}
