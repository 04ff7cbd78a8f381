/** Files kept with a document: saved, added, put away. */
import { useRef } from "preact/hooks";
import { call, Problem } from "../../api/client";
import { language, refusal } from "../../text/words";
import { moment } from "../format";
import { Confirm } from "../frame/confirm";
import { zoneOf } from "../frame/places";
import { useWork } from "../frame/work";
import { may, type Detail } from "./documents_data";
import { d } from "./words";

export function Files({ document, again }: { document: Detail; again: () => Promise<void> }) {
  const { busy, problem, run } = useWork();
  const chooser = useRef<HTMLInputElement>(null);
  const base = `/api/v1/documents/${document.id}/attachments`;
  const attach = (file: File): Promise<boolean> => run(async () => { await send(base, file); await again(); });
  const detach = (uid: string): Promise<boolean> => run(async () => {
    await call("delete", "/api/v1/documents/{document_id}/attachments/{uid}", { path: { document_id: document.id, uid } });
    await again();
  });
  return (
    <section>
      <h3>{d("attachments")}</h3>
      {!document.attachments.length && <p class="muted">{d("attachments_none")}</p>}
      <ul class="files">
        {document.attachments.map((file) => (
          <li key={file.id}>
            <a href={`${base}/${file.id}`} aria-label={d("file_open", { name: file.file_name })}>{file.file_name}</a>
            <span class="small muted">{Math.ceil(file.size_bytes / 1024)} KiB · {moment(file.at, zoneOf(document.site))}</span>
            {may("documents.write") && (
              <Confirm label={d("detach")} consequence={d("detach_sure", { name: file.file_name })} disabled={busy} onConfirm={() => void detach(file.id)} />
            )}
          </li>
        ))}
      </ul>
      {problem && <p class="problem" role="alert">{problem}</p>}
      {may("documents.write") && (
        <>
          <button class="attach" disabled={busy} onClick={() => chooser.current?.click()}>{d("attach")}</button>
          <input ref={chooser} type="file" hidden accept="image/*,.pdf,.xlsx" aria-label={d("attach")} onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file) void attach(file);
          }} />
        </>
      )}
    </section>
  );
}

async function send(to: string, file: File): Promise<void> {
  const body = new FormData();
  body.append("file", file);
  const answer = await fetch(to, { method: "POST", body, headers: { Accept: "application/json", "Accept-Language": language.value } });
  if (answer.ok) return;
  const said = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string; fields?: Record<string, unknown> };
  const code = said.code ?? `http_${answer.status}`;
  throw new Problem(answer.status, code, said.fields ?? {}, said.detail ?? refusal(code, said.fields));
}
