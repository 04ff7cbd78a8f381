/** Number ranges: how far each is used, and a form for a new one. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Field, Form } from "../../ui/form";
import { Sheet } from "../../ui/sheet";
import { shown } from "../../quantity";
import { changeRange, loadRanges, makeRange, OURS, type NewRange, type Range } from "./api";
import { may } from "./editing";
import { OwnerSelect } from "./owner_select";
import { l, wordedOr } from "./words";
import { useWork } from "../frame/work";

/** Below this share of a range somebody should see to the next one. */
const FEW = 0.1;
const KINDS = ["sscc", "lpn", "serial"] as const;

export function NumbersPage() {
  const ranges = useSignal<Range[] | null>(null);
  const changing = useSignal<Range | null>(null);
  const { problem, run } = useWork();
  const read = (): Promise<boolean> => run(async () => { ranges.value = await loadRanges(); });
  useEffect(() => void read(), []);
  return (
    <div class="numbers-page">
      <section>
        <h1>{l("numbers_title")}</h1>
        <p class="muted">{l("numbers_hint")}</p>
        {problem && <p class="problem" role="alert">{problem}</p>}
        {ranges.value?.length === 0 && <div class="empty"><h2>{l("numbers_none_title")}</h2><p class="muted">{l("numbers_none")}</p></div>}
        {ranges.value && ranges.value.length > 0 && <Ranges rows={ranges.value} onChange={(range) => (changing.value = range)} />}
      </section>
      {may() && <NewRangeForm onMade={read} />}
      {changing.value && <Change range={changing.value} onClose={() => { changing.value = null; void read(); }} />}
    </div>
  );
}

function Ranges({ rows, onChange }: { rows: Range[]; onChange: (range: Range) => void }) {
  return (
    <div class="table tall">
      <table>
        <thead>
          <tr>
            <th>{l("numbers_kind")}</th><th>{l("numbers_owner")}</th><th>{l("numbers_item")}</th><th>{l("numbers_prefix")}</th>
            <th class="right">{l("numbers_next")}</th><th class="right">{l("numbers_last")}</th><th class="right">{l("numbers_left")}</th><th />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-range={row.id} class={row.retired ? "muted" : ""}>
              <td>{wordedOr(`kind_${row.kind}`, row.kind)}</td>
              <td>{row.owner === OURS ? l("numbers_owner_us") : row.owner}</td>
              <td class="code">{row.item ?? ""}</td>
              <td class="code">{row.extension}{row.prefix}</td>
              <td class="right code">{row.next}</td>
              <td class="right code">{row.last}</td>
              <td class={isFew(row) ? "right minus" : "right"}>{shown(row.left)}{isFew(row) && <><br /><span class="small">{l("numbers_few")}</span></>}</td>
              <td>{row.retired && l("numbers_retired")} {may() && <button onClick={() => onChange(row)}>{l("numbers_change")}</button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isFew({ left, last, retired }: Range): boolean {
  return !retired && Number(left) < FEW * Number(last);
}

function NewRangeForm({ onMade }: { onMade: () => Promise<unknown> }) {
  const kind = useSignal<NewRange["kind"]>("sscc");
  const make = async (values: Record<string, string>): Promise<void> => {
    const { prefix = "", extension = "", digits = "6", first = "0", last = "", owner = "", item = "" } = values;
    await makeRange({
      kind: kind.value, prefix: prefix.trim(), extension, digits: Number(digits), first: Number(first),
      last: last ? Number(last) : null, owner, item: item.trim(),
    });
    await onMade();
  };
  const sscc = kind.value === "sscc";
  return (
    <section class="new-range">
      <h2>{l("numbers_new")}</h2>
      <div class="tabs" role="group" aria-label={l("numbers_kind")}>
        {KINDS.map((each) => <button key={each} aria-pressed={kind.value === each} onClick={() => (kind.value = each)}>{l(`kind_${each}`)}</button>)}
      </div>
      <Form key={kind.value} go={l("numbers_make")} busy={l("busy")} onSubmit={make}>
        {kind.value === "serial" ? <Field label={l("numbers_item")} name="item" /> : <OwnerSelect />}
        <Field label={l(sscc ? "numbers_prefix_sscc" : "numbers_prefix")} name="prefix" inputMode={sscc ? "numeric" : "text"} autocomplete="off" />
        {sscc ? <Field label={l("numbers_extension")} name="extension" value="0" inputMode="numeric" />
          : <Field label={l("numbers_digits")} name="digits" value="6" inputMode="numeric" />}
        <div class="pair">
          <Field label={l("numbers_first")} name="first" value="1" inputMode="numeric" />
          <Field label={l("numbers_last")} name="last" optional inputMode="numeric" />
        </div>
      </Form>
    </section>
  );
}

function Change({ range, onClose }: { range: Range; onClose: () => void }) {
  const last = useSignal(range.last);
  const { busy, problem, run } = useWork();
  const change = (changes: { last?: number; retired?: boolean }): void =>
    void run(() => changeRange(range, changes)).then((well) => { if (well) onClose(); });
  return (
    <Sheet title={`${wordedOr(`kind_${range.kind}`, range.kind)} ${range.extension}${range.prefix}`} onClose={onClose}>
      <label class="field"><span>{l("numbers_last")}</span>
        <input type="number" value={last.value} data-manual onInput={(event) => (last.value = event.currentTarget.value)} />
      </label>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="pair">
        <button disabled={busy} onClick={() => change({ retired: !range.retired })}>{l(range.retired ? "numbers_use" : "numbers_retire")}</button>
        <button class="main" disabled={busy || !/^\d+$/.test(last.value)} onClick={() => change({ last: Number(last.value) })}>{l("numbers_change")}</button>
      </div>
      <button class="quiet" onClick={onClose}>{l("act_close")}</button>
    </Sheet>
  );
}
