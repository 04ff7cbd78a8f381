/** Webhooks: who is told, how it goes, the log of each, replay; and a form for a new one. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { Field, Form } from "../../ui/form";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { TextArea, Tick } from "../frame/fields";
import { siteName } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import { useWork } from "../frame/work";
import { me } from "../session";
import { SiteField } from "./channels";
import { lines, mayWrite, ShownOnce, State, tellOutcome, when, why } from "./parts";
import { m } from "./words";

type Webhook = components["schemas"]["Webhook"];

export function Webhooks() {
  const secret = useSignal("");
  const asked = useAsk("webhooks", async (passive) =>
    (await call("get", "/api/v1/webhooks", { query: { limit: 500 }, headers: by(passive) })).rows,
  { concerns: (row) => row.topic.startsWith("webhook."), least_ms: 2_000 });
  return (
    <div class="beside">
      <section>
        <p class="muted">{m("webhooks_hint")}</p>
        {secret.value && <ShownOnce words={m("made_secret")} text={secret.value} />}
        <Answered asked={asked}>{(rows) => (
          rows.length
            ? rows.map((each) => <One key={each.id} webhook={each} again={asked.again} onSecret={(text) => (secret.value = text)} />)
            : <Empty title={m("webhooks_none_title")}>{m("webhooks_none")}</Empty>
        )}</Answered>
      </section>
      {mayWrite() && <NewWebhook onMade={async (text) => { secret.value = text; await asked.again(); }} />}
    </div>
  );
}

interface OneProps {
  webhook: Webhook;
  again: () => Promise<void>;
  onSecret: (secret: string) => void;
}

function One({ webhook, again, onSecret }: OneProps) {
  const { busy, problem, run } = useWork();
  const path = { webhook_id: webhook.id };
  const headers = { "If-Match": `"${webhook.version}"` };
  const open = query.value.get("webhook") === webhook.id;
  const act = (work: () => Promise<unknown>): void => void run(async () => { await work(); await again(); });
  const change = (body: components["schemas"]["WebhookChanges"]): void =>
    act(() => steppedUp(() => call("patch", "/api/v1/webhooks/{webhook_id}", { path, body, headers })));
  return (
    <article class="card" data-webhook={webhook.name}>
      <div class="card-head"><h2>{webhook.name}</h2><State of={webhook.state} /></div>
      <p class="code">{webhook.url}</p>
      <p class="muted">
        {[webhook.types.join(", "), webhook.site ? siteName(webhook.site) : m("every_site"), webhook.include_cost && m("cost")].filter(Boolean).join(" · ")}
      </p>
      <p class="small muted">{m("last")}: {when(webhook.delivered_at)} · {m("pending")}: {webhook.pending} · {m("state_failed")}: {webhook.failed}</p>
      {webhook.failing_since && <p class="problem">{m("failing", { time: when(webhook.failing_since) })}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        <button aria-expanded={open} onClick={() => ask({ webhook: open ? "" : webhook.id })}>{m("deliveries")}</button>
        {mayWrite() && (
          <>
            <button disabled={busy} onClick={() => act(async () => tellOutcome(webhook.name, await call("post", "/api/v1/webhooks/{webhook_id}/test", { path })))}>{m("test")}</button>
            <button disabled={busy} onClick={() => change({ state: webhook.state === "active" ? "paused" : "active" })}>
              {webhook.state === "active" ? m("pause") : m("resume")}
            </button>
            <Confirm label={m("rotate")} consequence={m("rotate_sure", { name: webhook.name })} disabled={busy} grave={false} onConfirm={() =>
              act(async () => onSecret((await steppedUp(() => call("post", "/api/v1/webhooks/{webhook_id}/secret", { path, headers }))).secret))} />
            <Confirm label={m("retire")} consequence={m("retire_sure", { name: webhook.name })} disabled={busy} onConfirm={() => change({ retired: true })} />
          </>
        )}
      </div>
      {open && <Deliveries webhook={webhook} />}
    </article>
  );
}

function Deliveries({ webhook }: { webhook: Webhook }) {
  const { busy, problem, run } = useWork();
  const path = { webhook_id: webhook.id };
  const asked = useAsk(webhook.id, async (passive) =>
    (await call("get", "/api/v1/webhooks/{webhook_id}/deliveries", { path, query: { limit: 50 }, headers: by(passive) })).rows,
  { concerns: () => true, least_ms: 3_000 });
  const again = (delivery_id: string): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", { path: { ...path, delivery_id } });
    await asked.again();
  });
  const replay = async ({ first = "", last = "" }: Record<string, string>): Promise<void> => {
    const { queued } = await call("post", "/api/v1/webhooks/{webhook_id}/replay", { path, body: { first, last: last || null } } as never) as { queued: number };
    say(m("replayed", { number: queued }));
    await asked.again();
  };
  return (
    <div class="deliveries">
      {problem && <p class="problem" role="alert">{problem}</p>}
      <Answered asked={asked}>{(rows) => rows.length ? (
        <div class="table" tabIndex={0}>
          <table>
            <thead><tr><th>#</th><th>{m("types_short")}</th><th>{m("state")}</th><th>{m("col_time")}</th><th>{m("col_status")}</th><th class="right">{m("col_tries")}</th><th>{m("col_said")}</th><th /></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id} data-delivery={row.id}>
                  <td class="code">{row.seq}</td><td class="code">{row.type}</td><td><State of={row.state} /></td>
                  <td>{when(row.tried_at)}</td><td>{row.status || "–"}</td><td class="right">{row.attempts}</td>
                  <td><span class="long">{row.state === "delivered" ? row.excerpt : why(row)}</span></td>
                  <td>{mayWrite() && <button disabled={busy} onClick={() => void again(row.id)}>{m("replay")}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : <p class="muted">{m("deliveries_none")}</p>}</Answered>
      {mayWrite() && (
        <Form go={m("replay_range")} busy={m("busy")} onSubmit={replay} plain>
          <Field label={m("replay_from")} name="first" inputMode="numeric" />
          <Field label={m("replay_to")} name="last" inputMode="numeric" optional />
        </Form>
      )}
    </div>
  );
}

function NewWebhook({ onMade }: { onMade: (secret: string) => Promise<void> }) {
  const cost = useSignal(false);
  const round = useSignal(0);
  const make = async ({ name = "", url = "", site = "", types = "" }: Record<string, string>): Promise<void> => {
    const body = { name, url, site: site || null, types: lines(types), include_cost: cost.value };
    const { secret } = await steppedUp(() => call("post", "/api/v1/webhooks", { body }));
    round.value += 1;
    await onMade(secret);
  };
  return (
    <section class="new-one" key={round.value}>
      <h2>{m("new_webhook")}</h2>
      <Form go={m("add")} busy={m("busy")} onSubmit={make}>
        <Field label={m("name")} name="name" />
        <Field label={m("url")} name="url" />
        <SiteField />
        <TextArea label={m("types")} name="types" value="*" />
        {me.value?.role === "administrator" && <Tick label={m("cost")} checked={cost.value} onChange={(on) => (cost.value = on)} />}
      </Form>
    </section>
  );
}
