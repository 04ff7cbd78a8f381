/** Templates: text with places, tried on a site's figures before it is kept. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { TextArea } from "../frame/fields";
import { Halves } from "../frame/halves";
import { oneSite, siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { Answered } from "../frame/states";
import { useWork } from "../frame/work";
import { mayWrite } from "./parts";
import { m, sayOr } from "./words";

type Template = components["schemas"]["MessageTemplate"];

export function Templates() {
  const asked = useAsk("templates", async (passive) => (await call("get", "/api/v1/message-templates", { headers: by(passive) })).rows,
    { concerns: (row) => row.topic.startsWith("message_template.") });
  const chosen = query.value.get("template") ?? "";
  return (
    <Answered asked={asked}>{(rows) => {
      const one = rows.find((row) => keyOf(row) === chosen);
      return (
        <Halves chosen={Boolean(one)} label={m("templates")} onBack={() => ask({ template: "" })}
          list={<ul class="choose-list">{rows.map((row) => <li key={keyOf(row)}><Choose row={row} on={keyOf(row) === chosen} /></li>)}</ul>}
          thing={one ? <Edit key={`${keyOf(one)}.${one.version}`} template={one} again={asked.again} /> : <p class="muted">{m("choose_template")}</p>} />
      );
    }}</Answered>
  );
}

function keyOf({ kind, language }: Template): string {
  return `${kind}.${language}`;
}

function Choose({ row, on }: { row: Template; on: boolean }) {
  return (
    <button class={on ? "on" : ""} aria-pressed={on} onClick={() => ask({ template: keyOf(row) })}>
      <b>{sayOr(`about_${row.kind}`, row.kind)}</b>
      <span class="muted">{sayOr(`lang_${row.language}`, row.language)} · {row.shipped ? m("template_shipped") : m("template_own")}</span>
    </button>
  );
}

function Edit({ template, again }: { template: Template; again: () => Promise<void> }) {
  const title = useSignal(template.title);
  const body = useSignal(template.body);
  const shown = useSignal<{ title: string; body: string } | null>(null);
  const { busy, problem, run } = useWork();
  const path = { kind: template.kind, language: template.language };
  const headers = { "If-Match": `"${template.version}"` };
  const site = oneSite.value || (sites.value[0]?.code ?? "");
  const save = (): Promise<boolean> => run(async () => {
    await call("put", "/api/v1/message-templates/{kind}/{language}", { path, headers, body: { title: title.value, body: body.value } });
    say(m("saved"));
    await again();
  });
  const restore = (): Promise<boolean> => run(async () => {
    await call("delete", "/api/v1/message-templates/{kind}/{language}", { path, headers });
    await again();
  });
  const preview = (): Promise<boolean> => run(async () => {
    shown.value = await call("post", "/api/v1/message-templates/{kind}/{language}/preview", {
      path, body: { title: title.value, body: body.value, site },
    });
  });
  return (
    <div class="edit-template" data-template={keyOf(template)}>
      <TextArea label={m("template_title")} name="title" value={template.title} rows={2} onInput={(text) => (title.value = text)} />
      <TextArea label={m("template_body")} name="body" value={template.body} rows={14} onInput={(text) => (body.value = text)} />
      <p class="small muted">{m("template_places", { places: template.places.map((place) => `{${place}}`).join(" ") })}</p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        <button disabled={busy || !site} onClick={() => void preview()}>{m("preview")}</button>
        {mayWrite() && <button class="main" disabled={busy} onClick={() => void save()}>{m("save")}</button>}
        {mayWrite() && !template.shipped && <Confirm label={m("restore")} consequence={m("restore_sure")} disabled={busy} onConfirm={() => void restore()} />}
      </div>
      {shown.value && (
        <div class="preview-box">
          <p class="small muted">{m("preview_of", { site: siteName(site) })}</p>
          <h3>{shown.value.title}</h3>
          <pre>{shown.value.body}</pre>
        </div>
      )}
    </div>
  );
}
