/** Boards: addresses for screens on walls, made and revoked. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import { Field, Form } from "../../ui/form";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Tick } from "../frame/fields";
import { siteName } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import { useWork } from "../frame/work";
import { me } from "../session";
import { LanguageField, SiteField } from "./channels";
import { mayWrite, ShownOnce, when } from "./parts";
import { m, sayOr } from "./words";

export function Boards() {
  const url = useSignal("");
  const { busy, problem, run } = useWork();
  const asked = useAsk("boards", async (passive) => (await call("get", "/api/v1/boards", { query: { limit: 500 }, headers: by(passive) })).rows,
    { concerns: (row) => row.topic.startsWith("board.") });
  const revoke = (board_id: string): Promise<boolean> => run(async () => {
    await call("delete", "/api/v1/boards/{board_id}", { path: { board_id } });
    await asked.again();
  });
  return (
    <div class="beside">
      <section>
        <p class="muted">{m("boards_hint")}</p>
        {url.value && <ShownOnce words={m("made_url")} text={url.value} />}
        {problem && <p class="problem" role="alert">{problem}</p>}
        <Answered asked={asked}>{(rows) => rows.length ? rows.map((row) => (
          <article class="card" key={row.id} data-board-row={row.name}>
            <div class="card-head"><h2>{row.name}</h2>{row.revoked_at && <span class="pill">{m("revoked")}</span>}</div>
            <p class="muted">{[siteName(row.site), sayOr(`lang_${row.language}`, ""), row.include_cost && m("cost")].filter(Boolean).join(" · ")}</p>
            <p class="small muted">{m("seen")}: {when(row.seen_at)}</p>
            {!row.revoked_at && mayWrite() && (
              <div class="acts-line"><Confirm label={m("revoke")} consequence={m("revoke_sure", { name: row.name })} disabled={busy} onConfirm={() => void revoke(row.id)} /></div>
            )}
          </article>
        )) : <Empty title={m("boards_none_title")}>{m("boards_none")}</Empty>}</Answered>
      </section>
      {mayWrite() && <NewBoard onMade={async (text) => { url.value = text; await asked.again(); }} />}
    </div>
  );
}

function NewBoard({ onMade }: { onMade: (url: string) => Promise<void> }) {
  const cost = useSignal(false);
  const round = useSignal(0);
  const make = async ({ name = "", site = "", language = "zh", days = "" }: Record<string, string>): Promise<void> => {
    const body = { name, site, language: language as "zh", include_cost: cost.value, days: days ? Number(days) : null };
    const { url } = await steppedUp(() => call("post", "/api/v1/boards", { body }));
    round.value += 1;
    await onMade(url);
  };
  return (
    <section class="new-one" key={round.value}>
      <h2>{m("new_board")}</h2>
      <Form go={m("add")} busy={m("busy")} onSubmit={make}>
        <Field label={m("name")} name="name" />
        <SiteField every={false} />
        <LanguageField />
        <Field label={m("days")} name="days" inputMode="numeric" optional />
        {me.value?.role === "administrator" && <Tick label={m("cost")} checked={cost.value} onChange={(on) => (cost.value = on)} />}
      </Form>
    </section>
  );
}
