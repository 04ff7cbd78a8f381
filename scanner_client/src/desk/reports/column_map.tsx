/** Column map of one profile: the other system's headings, beside our fields or fixed texts. */
import { useSignal } from "@preact/signals";
import { ArrowUp, X } from "lucide";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { Icon } from "../../ui/icon";
import { match } from "../admin/load";
import { may } from "../admin/may";
import { say } from "../frame/said";
import { useWork } from "../frame/work";
import type { Profile } from "./export_profile";
import { r } from "./words";

type ExportColumn = components["schemas"]["ExportColumn"];
type Field = NonNullable<ExportColumn["field"]>;

const FIXED = "";
/** Every field of the API, in the order a person looks for them; the compiler misses none. */
const ORDER: Record<Field, number> = {
  number: 0, movement_id: 1, date: 2, occurred_at: 3, recorded_at: 4, kind_name: 5, kind: 6, document: 7, reason: 8, item: 9, name: 10, name_zh: 11, name_en: 12,
  specification: 13, base_unit: 14, lot: 15, production_date: 16, expires_on: 17, serial: 18, quantity: 19, in_quantity: 20, out_quantity: 21, signed_quantity: 22,
  unit_cost: 23, value: 24, signed_value: 25, site: 26, location: 27, from: 28, to: 29, from_site: 30, to_site: 31, owner: 32, user: 33,
};
const FIELDS = (Object.keys(ORDER) as Field[]).sort((a, b) => ORDER[a] - ORDER[b]);
const COST: readonly Field[] = ["unit_cost", "value", "signed_value"];

export function ColumnMap({ profile, onSaved }: { profile: Profile; onSaved: () => Promise<void> }) {
  const columns = useSignal<readonly ExportColumn[]>(profile.columns);
  const { busy, problem, run } = useWork();
  const put = (at: number, column: ExportColumn): void => { columns.value = columns.value.map((each, index) => (index === at ? column : each)); };
  const save = (): Promise<boolean> => run(async () => {
    await call("patch", "/api/v1/export-profiles/{record_id}", { path: { record_id: profile.id }, body: { columns: [...columns.value] }, headers: match(profile) });
    say(r("saved"));
    await onSaved();
  });
  return (
    <form class="column-map" aria-label={r("columns_title")} onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <p class="muted small">{r("columns_hint")}</p>
      <ol>
        {columns.value.map((column, at) => (
          <Line key={at} column={column} at={at} onChange={(next) => put(at, next)}
            onRemove={() => (columns.value = columns.value.filter((_, index) => index !== at))}
            onUp={() => (columns.value = swapped(columns.value, at))} />
        ))}
      </ol>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        <button type="button" onClick={() => (columns.value = [...columns.value, { header: "", field: "item" }])}>{r("add_column")}</button>
        <button class="main" type="submit" disabled={busy || !columns.value.length}>{busy ? r("saving") : r("save")}</button>
      </div>
    </form>
  );
}

interface LineProps {
  column: ExportColumn;
  at: number;
  onChange: (column: ExportColumn) => void;
  onRemove: () => void;
  onUp: () => void;
}

function Line({ column, at, onChange, onRemove, onUp }: LineProps) {
  const n = at + 1;
  const choose = (field: string): void =>
    onChange(field === FIXED ? { header: column.header, text: column.text ?? "" } : { header: column.header, field: field as Field });
  const fields = FIELDS.filter((field) => may("cost.read") || !COST.includes(field));
  return (
    <li>
      <input value={column.header} required data-manual aria-label={`${r("header")} ${n}`} placeholder={r("header")} spellcheck={false}
        onInput={(event) => onChange({ ...column, header: event.currentTarget.value })} />
      <select value={column.field ?? FIXED} aria-label={`${r("field")} ${n}`} onChange={(event) => choose(event.currentTarget.value)}>
        <option value={FIXED}>{r("fixed_text")}</option>
        {fields.map((field) => <option key={field} value={field}>{r(`field_${field}`)}</option>)}
      </select>
      {column.field === undefined && (
        <input class="fixed" value={column.text ?? ""} data-manual aria-label={`${r("fixed_text")} ${n}`} placeholder={r("fixed_text")}
          onInput={(event) => onChange({ header: column.header, text: event.currentTarget.value })} />
      )}
      <button type="button" class="quiet" disabled={at === 0} aria-label={r("move_up", { n })} title={r("move_up", { n })} onClick={onUp}><Icon of={ArrowUp} size={16} /></button>
      <button type="button" class="quiet" aria-label={r("remove_column", { n })} title={r("remove_column", { n })} onClick={onRemove}><Icon of={X} size={16} /></button>
    </li>
  );
}

function swapped<T>(list: readonly T[], at: number): readonly T[] {
  const next = [...list];
  [next[at - 1], next[at]] = [next[at]!, next[at - 1]!];
  return next;
}
