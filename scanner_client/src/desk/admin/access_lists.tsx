/** Who is signed in at desks, and the tokens other systems come in with; both can be ended at once. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { Field, Form } from "../../ui/form";
import { moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select } from "../frame/fields";
import { siteName, sites, zoneOf } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { useWork } from "../frame/work";
import { every } from "./load";
import { may } from "./may";
import { a, adminOr } from "./words";

type User = components["schemas"]["User"];
type Session = components["schemas"]["Session"];
type Token = components["schemas"]["Token"];

export function Sessions() {
  const asked = useAsk("", (passive) => every<Session>("/api/v1/sessions/open", {}, by(passive)),
    { concerns: ({ topic }) => /^(session|sign_in|user)\./.test(topic) });
  const { busy, problem, run } = useWork();
  const end = (row: Session): void => void run(async () => {
    await steppedUp(() => call("delete", "/api/v1/sessions/{session_id}", { path: { session_id: row.id } }));
    say(a("session_ended", { name: row.user }));
    await asked.again();
  });
  const columns: Column<Session>[] = [
    { key: "user", title: a("field_name"), value: (row) => row.user, width: 140, grow: true, narrow: true, head: true },
    { key: "role", title: a("field_role"), value: (row) => adminOr(`role_${row.role}`, row.role), width: 110 },
    { key: "since", title: a("col_signed_in"), kind: "moment", value: (row) => row.created_at, width: 150 },
    { key: "seen", title: a("col_last_seen"), kind: "moment", value: (row) => row.last_seen_at, width: 150, narrow: true },
    { key: "end", title: a("col_end"), value: () => "", width: 170, narrow: true, cell: (row) => row.own
      ? <span class="muted">{a("your_own")}</span>
      : may("people.write") && <Confirm label={a("end_session")} consequence={a("end_session_sure", { name: row.user })} disabled={busy} onConfirm={() => end(row)} /> },
  ];
  return (
    <Answered asked={asked}>{(rows) => (
      <div class="one-column">
        {problem ? <p class="problem" role="alert">{problem}</p> : <span />}
        <Table name="sessions" label={a("tab_sessions")} rows={rows} columns={columns} id={(row) => row.id} />
      </div>
    )}</Answered>
  );
}

export function Tokens({ users }: { users: User[] }) {
  const asked = useAsk("", (passive) => every<Token>("/api/v1/tokens", {}, by(passive)), { concerns: ({ topic }) => topic.startsWith("token.") });
  const made = useSignal("");
  const making = useSignal(false);
  const { busy, problem, run } = useWork();
  const revoke = (row: Token): void => void run(async () => {
    await steppedUp(() => call("delete", "/api/v1/tokens/{token_id}", { path: { token_id: row.id } }));
    say(a("token_revoked", { name: row.name }));
    await asked.again();
  });
  const columns: Column<Token>[] = [
    { key: "name", title: a("token_for"), value: (row) => row.name, width: 160, grow: true, narrow: true, head: true },
    { key: "user", title: a("token_user"), value: (row) => row.user_name, width: 130 },
    { key: "site", title: a("col_site"), value: (row) => siteOf(row.site_id), width: 110 },
    { key: "made", title: a("col_made"), kind: "moment", value: (row) => row.created_at, width: 150 },
    { key: "ends", title: a("col_ends"), kind: "moment", value: (row) => row.expires_at, width: 150 },
    { key: "state", title: a("col_end"), value: (row) => (row.revoked_at ? "revoked" : ""), width: 190, narrow: true, cell: (row) => row.revoked_at
      ? <span class="muted">{a("revoked_on", { when: moment(row.revoked_at, zoneOf()) })}</span>
      : may("people.write") && <Confirm label={a("revoke")} consequence={a("revoke_token_sure", { name: row.name })} disabled={busy} onConfirm={() => revoke(row)} /> },
  ];
  return (
    <div class="one-column">
      <div class="make">
        {problem && <p class="problem" role="alert">{problem}</p>}
        {made.value && <p class="made" role="status">{a("token_shown_once")} <code>{made.value}</code></p>}
        {may("people.write") && !making.value && <div class="acts-line"><button class="main" onClick={() => (making.value = true)}>{a("token_new")}</button></div>}
        {making.value && <NewToken users={users} onMade={async (token) => { made.value = token; making.value = false; await asked.again(); }} />}
      </div>
      <Answered asked={asked}>{(rows) => (
        <Table name="tokens" label={a("tab_tokens")} rows={rows} columns={columns} id={(row) => row.id}
          empty={<Empty title={a("tokens_none")}>{a("tokens_none_hint")}</Empty>} />
      )}</Answered>
    </div>
  );
}

function siteOf(id: string | null): string {
  if (!id) return a("every_site");
  return siteName(sites.value.find((each) => each.id === id)?.code ?? "");
}

function NewToken({ users, onMade }: { users: User[]; onMade: (token: string) => Promise<void> }) {
  const user = useSignal(users[0]?.id ?? "");
  const site = useSignal("");
  return (
    <Form go={a("token_make")} busy={a("saving")} onSubmit={async (values) => {
      const days = Number(values["days"]) || null;
      const answer = await steppedUp(() => call("post", "/api/v1/tokens", {
        body: { user_id: user.value, name: values["name"] ?? "", site: site.value || null, days },
      }));
      await onMade(answer.token);
    }}>
      <Field label={a("token_for")} name="name" hint={a("token_for_hint")} />
      <Select label={a("token_user")} value={user.value} onChange={(value) => (user.value = value)} choices={users.map((each) => ({ value: each.id, text: each.name }))} />
      <Select label={a("col_site")} value={site.value} none={a("every_site")} onChange={(value) => (site.value = value)}
        choices={sites.value.map((each) => ({ value: each.code ?? "", text: siteName(each.code ?? "") }))} />
      <Field label={a("token_days")} name="days" inputMode="numeric" optional />
    </Form>
  );
}
