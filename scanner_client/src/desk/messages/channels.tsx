/** Channels: chats and mail, what each is told, and a form for a new one. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { Field, Form } from "../../ui/form";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select, TextArea, Tick } from "../frame/fields";
import { oneSite, siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import { useWork } from "../frame/work";
import { me } from "../session";
import { lines, mayWrite, State, tellOutcome, when } from "./parts";
import { m, sayOr } from "./words";

type Channel = components["schemas"]["Channel"];
type Subscription = components["schemas"]["Subscription"];

const KINDS = ["wecom", "dingtalk", "feishu", "email"] as const;
const ABOUT = ["digest", "red_line", "approval_overdue", "report", "trouble"] as const;
const CONCERNS = /^(channel|channel_subscription|message)\./;

export function Channels() {
  const asked = useAsk("channels", async (passive) => {
    const headers = by(passive);
    const [channels, told] = await Promise.all([
      call("get", "/api/v1/channels", { query: { limit: 500 }, headers }),
      call("get", "/api/v1/channel-subscriptions", { query: { limit: 500 }, headers }),
    ]);
    return { channels: channels.rows, told: told.rows };
  }, { concerns: (row) => CONCERNS.test(row.topic) });
  return (
    <div class="beside">
      <section>
        <p class="muted">{m("channels_hint")}</p>
        <Answered asked={asked}>{({ channels, told }) => (
          channels.length
            ? channels.map((each) => (
                <One key={each.id} channel={each} told={told.filter((row) => row.channel_id === each.id)} again={asked.again} />
              ))
            : <Empty title={m("channels_none_title")}>{m("channels_none")}</Empty>
        )}</Answered>
      </section>
      {mayWrite() && <NewChannel onMade={asked.again} />}
    </div>
  );
}

function One({ channel, told, again }: { channel: Channel; told: Subscription[]; again: () => Promise<void> }) {
  const { busy, problem, run } = useWork();
  const path = { channel_id: channel.id };
  const change = (body: components["schemas"]["ChannelChanges"]): Promise<boolean> => run(async () => {
    await steppedUp(() => call("patch", "/api/v1/channels/{channel_id}", { path, body, headers: { "If-Match": `"${channel.version}"` } }));
    await again();
  });
  const test = (): Promise<boolean> => run(async () => {
    tellOutcome(channel.name, await call("post", "/api/v1/channels/{channel_id}/test", { path }));
  });
  return (
    <article class="card" data-channel={channel.name}>
      <div class="card-head"><h2>{channel.name}</h2><State of={channel.state} /></div>
      <p class="muted">
        {[sayOr(`kind_${channel.kind}`, channel.kind), channel.address, channel.site ? siteName(channel.site) : m("every_site"), sayOr(`lang_${channel.language}`, "")].join(" · ")}
      </p>
      <p class="small muted">{m("last")}: {when(channel.sent_at)} · {m("pending")}: {channel.pending}</p>
      {channel.failing_since && <p class="problem">{m("failing", { time: when(channel.failing_since) })}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <Told channel={channel} told={told} again={again} />
      {mayWrite() && (
        <div class="acts-line">
          <button disabled={busy} onClick={() => void test()}>{m("test")}</button>
          <button disabled={busy} onClick={() => void change({ state: channel.state === "active" ? "paused" : "active" })}>
            {channel.state === "active" ? m("pause") : m("resume")}
          </button>
          <Confirm label={m("retire")} consequence={m("retire_sure", { name: channel.name })} disabled={busy}
            onConfirm={() => void change({ retired: true })} />
        </div>
      )}
    </article>
  );
}

function Told({ channel, told, again }: { channel: Channel; told: Subscription[]; again: () => Promise<void> }) {
  const about = useSignal<(typeof ABOUT)[number]>("digest");
  const cost = useSignal(false);
  const { busy, problem, run } = useWork();
  const site = channel.site ?? oneSite.value;
  const add = (): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/channel-subscriptions", { body: { channel_id: channel.id, about: about.value, site, include_cost: cost.value } });
    await again();
  });
  const stop = (row: Subscription): Promise<boolean> => run(async () => {
    await call("patch", "/api/v1/channel-subscriptions/{subscription_id}", {
      path: { subscription_id: row.id }, body: { retired: true }, headers: { "If-Match": `"${row.version}"` },
    });
    await again();
  });
  return (
    <div class="told-list">
      <h3>{m("told")}</h3>
      {!told.length && <p class="muted">{m("subscriptions_none")}</p>}
      <ul>
        {told.map((row) => (
          <li key={row.id}>
            <span>{sayOr(`about_${row.about}`, row.about)} · {siteName(row.site)}{row.times.length > 0 && ` · ${row.times.join(" ")}`}{row.include_cost && ` · ${m("cost")}`}</span>
            {mayWrite() && <Confirm label={m("untell")} consequence={m("subscription_sure")} disabled={busy} onConfirm={() => void stop(row)} />}
          </li>
        ))}
      </ul>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {mayWrite() && (site ? (
        <div class="add-line">
          <select aria-label={m("about")} value={about.value} onChange={(event) => (about.value = event.currentTarget.value as (typeof ABOUT)[number])}>
            {ABOUT.map((each) => <option key={each} value={each}>{m(`about_${each}`)}</option>)}
          </select>
          <span class="muted">{siteName(site)}</span>
          {me.value?.role === "administrator" && <Tick label={m("cost")} checked={cost.value} onChange={(on) => (cost.value = on)} />}
          <button disabled={busy} onClick={() => void add()}>{m("tell")}</button>
        </div>
      ) : <p class="muted small">{m("choose_site")}</p>)}
    </div>
  );
}

function NewChannel({ onMade }: { onMade: () => Promise<void> }) {
  const kind = useSignal<(typeof KINDS)[number]>("wecom");
  const security = useSignal("tls");
  const round = useSignal(0);
  const mail = kind.value === "email";
  const make = async (values: Record<string, string>): Promise<void> => {
    const { name = "", site = "", language = "zh" } = values;
    const way = mail
      ? {
          host: values["host"], port: Number(values["port"]), security: security.value as "tls", login: values["login"],
          password: values["password"], sender: values["sender"], recipients: lines(values["recipients"] ?? ""),
        }
      : { url: values["url"], secret: values["secret"] };
    const body = { name, kind: kind.value, site: site || null, language: language as "zh", ...way } as components["schemas"]["NewChannel"];
    await steppedUp(() => call("post", "/api/v1/channels", { body }));
    say(m("saved"));
    round.value += 1;
    await onMade();
  };
  return (
    <section class="new-one" key={round.value}>
      <h2>{m("new_channel")}</h2>
      <Select label={m("kind")} name="kind" value={kind.value} onChange={(value) => (kind.value = value as "wecom")}
        choices={KINDS.map((each) => ({ value: each, text: m(`kind_${each}`) }))} />
      <Form go={m("add")} busy={m("busy")} onSubmit={make}>
        <Field label={m("name")} name="name" />
        <SiteField />
        <LanguageField />
        {!mail && <><Field label={m("url")} name="url" /><Field label={m("secret")} name="secret" optional autocomplete="off" /></>}
        {mail && (
          <>
            <Field label={m("host")} name="host" /><Field label={m("port")} name="port" value="465" inputMode="numeric" />
            <Select label={m("security")} value={security.value} onChange={(value) => (security.value = value)}
              choices={["tls", "starttls", "none"].map((each) => ({ value: each, text: sayOr(`security_${each}`, each) }))} />
            <Field label={m("login")} name="login" optional autocomplete="off" />
            <Field label={m("password")} name="password" type="password" optional autocomplete="new-password" />
            <Field label={m("sender")} name="sender" /><TextArea label={m("recipients")} name="recipients" />
          </>
        )}
      </Form>
    </section>
  );
}

export function SiteField({ every = true }: { every?: boolean }) {
  return (
    <label class="field">
      <span>{m("site")}</span>
      <select name="site">
        {every && <option value="">{m("every_site")}</option>}
        {sites.value.map(({ code = "" }) => <option key={code} value={code}>{siteName(code)}</option>)}
      </select>
    </label>
  );
}

export function LanguageField() {
  return (
    <label class="field">
      <span>{m("language")}</span>
      <select name="language"><option value="zh">{m("lang_zh")}</option><option value="en">{m("lang_en")}</option></select>
    </label>
  );
}
