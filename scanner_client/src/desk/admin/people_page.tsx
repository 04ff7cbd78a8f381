/** 人员: people, their rights, badges and secrets; who is signed in; tokens of other systems. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { Field, Form } from "../../ui/form";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select, Tick } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { Halves } from "../frame/halves";
import { address } from "../frame/open_thing";
import { siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { SearchBox } from "../frame/search_box";
import { Answered, Empty, NoMatch } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import { me } from "../session";
import { Sessions, Tokens } from "./access_lists";
import "./admin.css";
import { every, match } from "./load";
import { may } from "./may";
import { a, adminOr, worded } from "./words";

type User = components["schemas"]["User"];
const ROLES = ["operator", "clerk", "planner", "supervisor", "administrator", "station"];

export function PeoplePage() {
  const filters = useFilters("q", "role", "retired", "tab");
  const tab = filters.values.tab || "people";
  const asked = useAsk(filters.values.retired, (passive) =>
    every<User>("/api/v1/users", { retired: filters.values.retired === "1" }, by(passive)),
    { concerns: ({ topic }) => topic.startsWith("user.") });
  const chosen = query.value.get("user") ?? "";
  if (!worded()) return null;
  const tabs = (
    <nav class="tabs" aria-label={a("people_title")}>
      {(["people", "sessions", "tokens"] as const).map((each) => (
        <a key={each} href={address("/people", each === "people" ? {} : { tab: each })} aria-current={each === tab ? "page" : undefined}>{a(`tab_${each}`)}</a>
      ))}
    </nav>
  );
  if (tab !== "people")
    return <div class="admin one-column three"><div class="page-head"><h1>{a("people_title")}</h1></div>{tabs}{tab === "tokens" ? <Tokens users={asked.answer ?? []} /> : <Sessions />}</div>;
  return (
    <Halves chosen={chosen !== ""} label={a("people_title")} onBack={() => ask({ user: "" })} even
      list={
        <div class="admin one-column four">
          <div class="page-head">
            <h1>{a("people_title")}</h1>
            {may("people.write") && <div class="page-acts"><button class="main" onClick={() => ask({ user: "new" })}>{a("person_new")}</button></div>}
          </div>
          {tabs}
          <div class="filter-line">
            <SearchBox value={filters.values.q} onSearch={(q) => filters.set({ q })} pause_ms={0} />
            <select aria-label={a("field_role")} value={filters.values.role} onChange={(event) => filters.set({ role: event.currentTarget.value })}>
              <option value="">{a("field_role")}</option>
              {ROLES.map((role) => <option key={role} value={role}>{adminOr(`role_${role}`, role)}</option>)}
            </select>
            <Tick label={a("with_retired")} checked={filters.values.retired === "1"} onChange={(on) => filters.set({ retired: on ? "1" : "" })} />
          </div>
          <Answered asked={asked}>{(rows) => <List rows={rows} chosen={chosen} q={filters.values.q} role={filters.values.role} clear={filters.clear} />}</Answered>
        </div>
      }
      thing={chosen === "new" ? <New /> : chosen ? <One key={chosen} id={chosen} /> : <Empty title={a("person_choose")} />}
    />
  );
}

interface ListProps {
  rows: User[];
  chosen: string;
  q: string;
  role: string;
  clear: () => void;
}

function List({ rows, chosen, q, role, clear }: ListProps) {
  const words = q.toLowerCase();
  const shown = rows.filter((row) => (!role || row.role === role) &&
    (!words || [row.name, row.login, row.badge].some((text) => text?.toLowerCase().includes(words))));
  const columns: Column<User>[] = [
    { key: "name", title: a("field_name"), value: (row) => row.name, width: 140, grow: true, narrow: true, head: true },
    { key: "role", title: a("field_role"), value: (row) => adminOr(`role_${row.role}`, row.role), width: 110, narrow: true },
    { key: "badge", title: a("field_badge"), kind: "code", value: (row) => row.badge ?? "", width: 110 },
    { key: "login", title: a("field_login"), kind: "code", value: (row) => row.login ?? "", width: 120 },
    { key: "sites", title: a("field_sites"), value: sitesOf, width: 130 },
    { key: "retired", title: a("col_state"), value: (row) => (row.retired_at ? a("retired") : ""), width: 90 },
  ];
  return (
    <Table name="people" label={a("people_title")} rows={shown} columns={columns} id={(row) => row.id} selected={chosen}
      onSelect={(row) => ask({ user: row.id })} empty={<NoMatch onClear={clear} />} />
  );
}

function sitesOf(row: User): string {
  if (row.site_ids === null) return a("every_site");
  return (row.site_ids ?? []).map((id) => sites.value.find((each) => each.id === id)).map((each) => (each?.code ? siteName(each.code) : "?")).join(", ");
}

function New() {
  return (
    <>
      <h1>{a("person_new")}</h1>
      <PersonForm user={null} go={a("person_make")} send={async (body) => {
        const made = await steppedUp(() => call("post", "/api/v1/users", { body: body as never }));
        say(a("person_made", { name: made.name }));
        ask({ user: made.id });
      }} />
    </>
  );
}

function One({ id }: { id: string }) {
  const asked = useAsk(id, (passive) => call("get", "/api/v1/users/{user_id}", { path: { user_id: id }, headers: by(passive) }),
    { concerns: ({ topic }) => topic.startsWith("user.") });
  return <Answered asked={asked}>{(user) => <Person user={user} again={asked.again} />}</Answered>;
}

function Person({ user, again }: { user: User; again: () => Promise<void> }) {
  const { busy, problem, code, run } = useWork();
  const patch = (body: object, said: string): Promise<boolean> => run(async () => {
    await steppedUp(() => call("patch", "/api/v1/users/{user_id}", { path: { user_id: user.id }, headers: match(user), body: body as never }));
    say(said);
    await again();
  });
  const retired = Boolean(user.retired_at);
  return (
    <>
      <div>
        <h1>{user.name}</h1>
        <p class="muted">{[adminOr(`role_${user.role}`, user.role), sitesOf(user), user.has_password && a("has_password"), user.has_pin && a("has_pin"), retired && a("retired")].filter(Boolean).join(" · ")}</p>
      </div>
      {user.badge && <p><a class="button" href="/labels/print">{a("print_badge")}</a></p>}
      {may("people.write") && <>
        <PersonForm key={user.version} user={user} go={a("save")} send={async (body) => {
          await steppedUp(() => call("patch", "/api/v1/users/{user_id}", { path: { user_id: user.id }, headers: match(user), body: body as never }));
          say(a("person_saved", { name: user.name }));
          await again();
        }} />
        <section>
          <h2>{a("secrets")}</h2>
          <p class="muted small">{a("secrets_hint")}</p>
          <Secret label={a("new_pin")} name="pin" disabled={busy || !user.badge} hint={user.badge ? a("pin_hint") : a("pin_needs_badge")} onSet={(pin) => patch({ pin }, a("pin_set", { name: user.name }))} />
          <Secret label={a("new_password")} name="password" disabled={busy || !user.login} hint={user.login ? a("password_hint") : a("password_needs_login")} onSet={(password) => patch({ password }, a("password_set", { name: user.name }))} />
        </section>
        {problem && <p class="problem" role="alert">{problem}{code === "stale_version" && <> <button onClick={() => void again()}>{a("show_theirs")}</button></>}</p>}
        {user.id !== me.value?.id && (
          <div class="acts-line">
            {retired
              ? <button disabled={busy} onClick={() => void patch({ retired: false }, a("person_back", { name: user.name }))}>{a("bring_back")}</button>
              : <Confirm label={a("retire")} consequence={a("person_retire_sure", { name: user.name })} disabled={busy} onConfirm={() => void patch({ retired: true }, a("person_retired", { name: user.name }))} />}
          </div>
        )}
      </>}
    </>
  );
}

interface SecretProps {
  label: string;
  name: string;
  hint: string;
  disabled: boolean;
  onSet: (value: string) => Promise<boolean>;
}

function Secret({ label, name, hint, disabled, onSet }: SecretProps) {
  const value = useSignal("");
  return (
    <form class="secret" onSubmit={(event) => { event.preventDefault(); void onSet(value.value).then((done) => { if (done) value.value = ""; }); }}>
      <label class="field">
        <span>{label}</span>
        <input type="password" name={name} autocomplete="new-password" value={value.value} disabled={disabled} data-manual
          inputMode={name === "pin" ? "numeric" : "text"} onInput={(event) => (value.value = event.currentTarget.value)} />
        <span class="muted small">{hint}</span>
      </label>
      <button type="submit" disabled={disabled || !value.value}>{a("set_it")}</button>
    </form>
  );
}

interface PersonFormProps {
  user: User | null;
  go: string;
  send: (body: object) => Promise<void>;
}

function PersonForm({ user, go, send }: PersonFormProps) {
  const role = useSignal(user?.role ?? "operator");
  const everywhere = useSignal(user ? user.site_ids === null : false);
  const chosen = useSignal<string[]>(sites.value.filter((each) => user?.site_ids?.includes(each.id ?? "")).map((each) => each.code ?? ""));
  const toggle = (code: string, on: boolean): void => { chosen.value = on ? [...chosen.value, code] : chosen.value.filter((each) => each !== code); };
  return (
    <Form go={go} busy={a("saving")} onSubmit={(values) => send({
      name: values["name"], role: role.value, language: values["language"],
      badge: values["badge"] || null, login: values["login"] || null,
      sites: everywhere.value ? null : chosen.value,
    })}>
      <Field label={a("field_name")} name="name" value={user?.name ?? ""} />
      <Select label={a("field_role")} value={role.value} onChange={(value) => (role.value = value as typeof role.value)}
        choices={ROLES.map((value) => ({ value, text: `${adminOr(`role_${value}`, value)} – ${adminOr(`role_${value}_may`, "")}` }))} />
      <Field label={a("field_badge")} name="badge" value={user?.badge ?? ""} hint={a("badge_hint")} optional />
      <Field label={a("field_login")} name="login" value={user?.login ?? ""} hint={a("login_hint")} optional autocomplete="off" />
      <label class="field"><span>{a("field_language")}</span>
        <select name="language" defaultValue={user?.language ?? "zh"}><option value="zh">中文</option><option value="en">English</option></select></label>
      <fieldset class="ticks">
        <legend>{a("field_sites")}</legend>
        {me.value?.site_ids === null && <Tick label={a("every_site")} checked={everywhere.value} onChange={(on) => (everywhere.value = on)} />}
        {!everywhere.value && sites.value.map((each) => (
          <Tick key={each.id} label={siteName(each.code ?? "")} checked={chosen.value.includes(each.code ?? "")} onChange={(on) => toggle(each.code ?? "", on)} />
        ))}
      </fieldset>
    </Form>
  );
}
