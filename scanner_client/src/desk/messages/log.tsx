/** What was sent by chat and mail, what waits, and what nobody would have. */
import { call } from "../../api/client";
import { by, useAsk } from "../frame/ask";
import { FilterSelect } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { site } from "../frame/places";
import { Answered, Empty, NoMatch } from "../frame/states";
import { useWork } from "../frame/work";
import { mayWrite, State, when, why } from "./parts";
import { m, sayOr } from "./words";

const STATES = ["pending", "sent", "failed", "cancelled"] as const;

export function Log() {
  const filters = useFilters("state");
  const state = filters.values["state"] ?? "";
  const { busy, problem, run } = useWork();
  const asked = useAsk(`${state} ${site.value}`, async (passive) => {
    const query = { limit: 200, ...(state && { state: state as (typeof STATES)[number] }), ...(site.value && { site: site.value }) };
    return (await call("get", "/api/v1/messages", { query, headers: by(passive) })).rows;
  }, { concerns: (row) => row.topic.startsWith("message."), least_ms: 2_000 });
  const retry = (message_id: string): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/messages/{message_id}/retry", { path: { message_id } });
    await asked.again();
  });
  return (
    <section class="log">
      <div class="filter-line">
        <FilterSelect label={m("all_states")} value={state} onChange={(value) => filters.set({ state: value })}
          choices={STATES.map((each) => ({ value: each, text: m(`state_${each}`) }))} />
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <Answered asked={asked}>{(rows) => rows.length ? (
        <div class="table tall" tabIndex={0}>
          <table>
            <thead><tr><th>{m("col_time")}</th><th>{m("col_channel")}</th><th>{m("about")}</th><th>{m("col_what")}</th><th>{m("state")}</th><th class="right">{m("col_tries")}</th><th>{m("col_said")}</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-message={row.id}>
                  <td>{when(row.created_at)}</td><td>{row.channel}</td><td>{sayOr(`about_${row.about}`, row.about)}</td>
                  <td><span class="long">{row.title}</span></td><td><State of={row.state} /></td><td class="right">{row.attempts}</td>
                  <td><span class="long">{row.code ? why(row) : row.excerpt}</span></td>
                  <td>{row.state === "failed" && mayWrite() && <button disabled={busy} onClick={() => void retry(row.id)}>{m("retry")}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : state ? <NoMatch onClear={filters.clear} /> : <Empty title={m("log_none_title")}>{m("log_none")}</Empty>}</Answered>
    </section>
  );
}
