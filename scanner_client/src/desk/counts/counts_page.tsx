/** 待审批: finished counts on the left, the chosen one beside the books on the right. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { nameOf } from "../../text/words";
import { money, moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Halves } from "../frame/halves";
import { useHotkeys } from "../frame/keyboard";
import { site, zoneOf } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import { f } from "../frame/words";
import { CountCard, signed } from "./count_card";
import "./counts.css";
import { c, worded } from "./words";

type Waiting = components["schemas"]["WaitingCount"];

export function CountsPage() {
  const chosen = query.value.get("count") ?? "";
  const asked = useAsk(`waiting/${site.value}`, (passive) => call("get", "/api/v1/counts/waiting", {
    query: { limit: 200, ...(site.value && { site: site.value }) }, headers: by(passive),
  }), { concerns: ({ topic }) => topic.startsWith("count.") || topic === "movement.posted", least_ms: 3000 });
  const rows = asked.answer?.rows ?? [];
  const at = rows.findIndex(({ id }) => id === chosen);
  const step = (to: number): void => {
    const row = rows[Math.min(Math.max(to, 0), rows.length - 1)];
    if (row) ask({ count: row.id });
  };
  useHotkeys([
    { keys: ["j", "ArrowDown"], label: "J  ↓", text: f("key_next"), act: () => step(at + 1) },
    { keys: ["k", "ArrowUp"], label: "K  ↑", text: f("key_previous"), act: () => step(at < 0 ? 0 : at - 1) },
  ]);
  if (!worded()) return null;
  return (
    <div class="counts">
      <Halves chosen={chosen !== ""} label={c("title")} onBack={() => ask({ count: "" })}
        list={<Answered asked={asked}>{() => (rows.length ? <List rows={rows} chosen={chosen} /> : <Empty title={c("none_title")}>{c("none")}</Empty>)}</Answered>}
        thing={chosen ? <CountCard key={chosen} id={chosen} onDecided={() => void asked.again()} /> : <Empty title={c("pick_title")}>{c("pick")}</Empty>} />
    </div>
  );
}

function List({ rows, chosen }: { rows: Waiting[]; chosen: string }) {
  return (
    <>
      {rows.map((row) => (
        <button key={row.id} class={row.id === chosen ? "wait on" : "wait"} data-count={row.id} aria-current={row.id === chosen}
          onClick={() => ask({ count: row.id })}>
          <b>{row.item ? nameOf({ name_zh: row.name_zh ?? "", name_en: row.name_en ?? "", sku: row.item }) : row.location}</b>
          <b class={Number(row.variance ?? row.value ?? "0") < 0 ? "minus" : ""}>{inShort(row)}</b>
          <span class="muted small">{[row.location, row.site, row.started_by].filter(Boolean).join(" · ")}</span>
          <span class="muted small">{row.finished_at && moment(row.finished_at, zoneOf(row.site))}</span>
        </button>
      ))}
    </>
  );
}

function inShort(row: Waiting): string {
  if (row.blind) return "—";
  if (!row.variance_count) return c("agrees");
  const what = row.variance !== null ? signed(row.variance, row.base_unit ?? "") : c("differs", { n: row.variance_count });
  return row.value != null ? `${what} · ${money(row.value)}` : what;
}
