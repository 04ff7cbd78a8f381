/** Rows out of a spreadsheet: pasted, looked at (new, changed, same, wrong), then written or left. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import { Sheet } from "../../ui/sheet";
import { fromTsv } from "../frame/table/clipboard";
import { oneSite } from "../frame/places";
import { say } from "../frame/said";
import { useWork } from "../frame/work";
import { Outcome, Wrong } from "./outcome";
import { csvOf, upload, type Import, type WrongRows } from "./files";
import type { RecordKind } from "./record_kinds";
import { a } from "./words";

interface PasteProps {
  kind: RecordKind;
  cells: string[][];
  onClose: () => void;
}

export function Paste({ kind, cells, onClose }: PasteProps) {
  const headers = kind.fields.map(({ name }) => name);
  const text = useSignal(cells.map((row) => row.join("\t")).join("\n"));
  const batch = useSignal<Import | null>(null);
  const wrong = useSignal<WrongRows | null>(null);
  const { busy, problem, run } = useWork();
  const look = (): Promise<boolean> => run(async () => {
    [batch.value, wrong.value] = [null, null];
    const rows = fromTsv(text.value);
    // Without a heading of its own the columns are those of the table.
    const headed = rows[0]?.some((cell) => headers.includes(cell.trim()) || kind.fields.some(({ label }) => a(label) === cell.trim()));
    const named = headed ? rows.map((row, index) => (index ? row : row.map(fieldOf(kind)))) : [headers, ...rows];
    const query = { kind: kind.imports!, site: headers.includes("site") ? oneSite.value : "" };
    const checked = await upload<Import>("/imports", query, csvOf(named), "pasted.csv");
    if (checked.wrong) wrong.value = await call("get", "/api/v1/imports/{uid}/wrong", { path: { uid: checked.uid } });
    batch.value = checked;
  });
  const apply = (): Promise<boolean> => run(async () => {
    const done = await call("post", "/api/v1/imports/{uid}/apply", { path: { uid: batch.value!.uid } });
    say(a("imported", { new: done.new ?? 0, changed: done.changed ?? 0 }));
    onClose();
  });
  const writes = (batch.value?.new ?? 0) + (batch.value?.changed ?? 0);
  return (
    <div class="admin paste"><Sheet title={a("paste_title")} onClose={onClose}>
      <p class="muted small">{a("paste_hint", { fields: headers.join(", ") })}</p>
      <textarea aria-label={a("paste_title")} rows={8} spellcheck={false} data-manual value={text.value} autofocus
        onInput={(event) => { text.value = event.currentTarget.value; batch.value = null; }} />
      {problem && <p class="problem" role="alert">{problem}</p>}
      {batch.value && <Outcome batch={batch.value} />}
      {wrong.value && batch.value && <Wrong found={wrong.value} uid={batch.value.uid} />}
      <div class="acts-line">
        {batch.value && writes > 0
          ? <button class="main" disabled={busy} onClick={() => void apply()}>{a("apply_rows", { n: writes })}</button>
          : <button class="main" disabled={busy || !text.value.trim()} onClick={() => void look()}>{a("look_at_it")}</button>}
        <button class="quiet" onClick={onClose}>{a("close")}</button>
      </div>
    </Sheet></div>
  );
}

function fieldOf(kind: RecordKind): (cell: string) => string {
  return (cell) => kind.fields.find(({ label }) => a(label) === cell.trim())?.name ?? cell;
}
