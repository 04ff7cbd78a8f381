/** The lines of a draft: typed cell by cell, Enter goes on; rows of a spreadsheet are pasted over it. */
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call } from "../../api/client";
import { nameOf } from "../../text/words";
import { useLater } from "../frame/filters";
import type { Kind } from "./documents_data";
import { emptyLine, findItems, isEmpty, problemOf, type DraftLine, type Item } from "./pasted_rows";
import { d } from "./words";

interface GridProps {
  lines: Signal<DraftLine[]>;
  kind: Kind;
  priced: boolean;
  mayPrice: boolean;
  /** Wrong lines are named from the first attempt to save on. */
  strict: boolean;
}

export function LinesGrid({ lines, kind, priced, mayPrice, strict }: GridProps) {
  const box = useRef<HTMLDivElement>(null);
  const offered = useSignal<Item[]>([]);
  const change = (key: number, changes: Partial<DraftLine>): void => {
    lines.value = lines.value.map((line) => (line.key === key ? { ...line, ...changes } : line));
  };
  const add = (): void => { lines.value = [...lines.value, emptyLine()]; };
  const remove = (key: number): void => {
    const left = lines.value.filter((line) => line.key !== key);
    lines.value = left.length ? left : [emptyLine()];
  };
  const search = useLater((text) => {
    if (text.length) void call("get", "/api/v1/items", { query: { q: text, limit: 12, retired: false } })
      .then(({ rows }) => (offered.value = rows), () => undefined);
  }, 150);
  const look = async (line: DraftLine): Promise<void> => {
    const text = line.item.trim();
    if (!text || line.known) return;
    const exact = (await findItems([text]).catch(() => new Map<string, Item>())).get(text.toLowerCase());
    // A name or initials that only one item has stand for it.
    const named = exact ? [] : await call("get", "/api/v1/items", { query: { q: text, limit: 2, retired: false } }).then(({ rows }) => rows, () => []);
    const found = exact ?? (named.length === 1 ? named[0]! : null);
    if (found) change(line.key, { known: found, item: found.sku ?? text });
  };
  const next = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const cells = [...box.current!.querySelectorAll<HTMLElement>("input, select")];
    const at = cells.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    if (at + 1 === cells.length) add();
    setTimeout(() => box.current!.querySelectorAll<HTMLElement>("input, select")[at + 1]?.focus());
  };
  return (
    <div class="lines-grid" ref={box} onKeyDown={next}>
      <datalist id="document-items">
        {offered.value.map((item) => <option key={item.id} value={item.sku ?? ""}>{nameOf({ name_zh: item.name_zh ?? "", name_en: item.name_en ?? "", code: item.sku ?? "" })}</option>)}
      </datalist>
      {lines.value.map((line, at) => (
        <LineCells key={line.key} line={line} kind={kind} number={at + 1} priced={priced} mayPrice={mayPrice} strict={strict}
          onChange={(changes) => change(line.key, changes)} onSearch={search} onLook={() => void look(line)} onRemove={() => remove(line.key)} />
      ))}
    </div>
  );
}

interface CellsProps {
  line: DraftLine;
  kind: Kind;
  number: number;
  priced: boolean;
  mayPrice: boolean;
  strict: boolean;
  onChange: (changes: Partial<DraftLine>) => void;
  onSearch: (text: string) => void;
  onLook: () => void;
  onRemove: () => void;
}

function LineCells({ line, kind, number, priced, mayPrice, strict, onChange, onSearch, onLook, onRemove }: CellsProps) {
  const { known } = line;
  useEffect(onLook, [line.key]);
  const units = known?.packagings ?? [];
  const problem = strict && !isEmpty(line) ? problemOf(line, mayPrice || !priced) : "";
  const place = { line: number };
  const opened = useSignal(false);
  const more = opened.value || known?.tracking === "lot" || Boolean(line.lot || line.expires_on || line.to_location || line.remarks) || kind === "transfer";
  return (
    <div class={`draft-line${priced ? " priced" : ""}`} data-draft-line={number}>
      <span class="number muted">{number}</span>
      <input class="code item-cell" list="document-items" value={line.item} placeholder={d("item_hint")} aria-label={d("item_of_line", place)}
        aria-invalid={Boolean(problem)} data-manual autocomplete="off" spellcheck={false} onBlur={onLook}
        onInput={(event) => { onChange({ item: event.currentTarget.value, known: null }); onSearch(event.currentTarget.value.trim()); }} />
      <input class="right" value={line.quantity} inputMode="decimal" placeholder={d("quantity")} aria-label={d("quantity_of_line", place)} data-manual
        autocomplete="off" onInput={(event) => onChange({ quantity: event.currentTarget.value })} />
      <select value={line.unit} aria-label={d("packaging_of_line", place)} onChange={(event) => onChange({ unit: event.currentTarget.value })}>
        <option value="">{known?.base_unit ?? d("base")}</option>
        {units.map(({ name, quantity }) => <option key={name} value={name}>{name} × {quantity}</option>)}
      </select>
      {priced && (
        <input class="right" value={line.price} inputMode="decimal" placeholder={d("price")} aria-label={d("price_of_line", place)} data-manual
          autocomplete="off" onInput={(event) => onChange({ price: event.currentTarget.value })} />
      )}
      <input class="code" value={line.location} placeholder={d("location")} aria-label={d("location_of_line", place)} data-manual
        autocomplete="off" spellcheck={false} onInput={(event) => onChange({ location: event.currentTarget.value })} />
      <button type="button" class="quiet toggle" aria-label={d("more_of_line", place)} aria-expanded={more} onClick={() => (opened.value = !opened.value)}>⋯</button>
      <button type="button" class="quiet remove" aria-label={d("remove_line", place)} onClick={onRemove}>×</button>
      <span class={`about small ${problem ? "wrong" : "muted"}`}>
        {problem || (known ? nameOf({ name_zh: known.name_zh ?? "", name_en: known.name_en ?? "", code: known.sku ?? "" }) : "")}
      </span>
      {more && <MoreOfLine line={line} kind={kind} number={number} onChange={onChange} />}
    </div>
  );
}

/** What few lines need: lot, expiry, where a transfer arrives, a remark. */
function MoreOfLine({ line, kind, number, onChange }: Pick<CellsProps, "line" | "kind" | "number" | "onChange">) {
  const cell = (name: "lot" | "to_location" | "remarks") => (
    <input class={name === "remarks" ? "" : "code"} value={line[name]} placeholder={d(name)} aria-label={d(`${name}_of_line`, { line: number })} data-manual
      autocomplete="off" spellcheck={false} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
  );
  return (
    <div class="more">
      {kind === "transfer" && cell("to_location")}
      {cell("lot")}
      <label class="day small muted">{d("expires_on")}
        <input type="date" value={line.expires_on} aria-label={d("expires_on_of_line", { line: number })} data-manual onInput={(event) => onChange({ expires_on: event.currentTarget.value })} />
      </label>
      {cell("remarks")}
    </div>
  );
}
