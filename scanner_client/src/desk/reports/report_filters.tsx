/** The line of filters above a report: only those it knows, each of them in the address. */
import { useRef } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { nameOf, t, type Text } from "../../text/words";
import { zh } from "../../text/zh";
import { useAsk } from "../frame/ask";
import { FilterSelect, type Choice } from "../frame/fields";
import type { Filters } from "../frame/filters";
import { namedBy, site } from "../frame/places";
import { SearchBox } from "../frame/search_box";
import { f } from "../frame/words";
import { r, sayOr, type ReportText } from "./words";

export type ReportKind = components["schemas"]["ReportKind"];

export const NAMES = ["report", "period", "from", "to", "as_of", "category", "item", "owner", "q", "kind", "group", "method", "by", "buckets", "days"] as const;
export type Name = (typeof NAMES)[number];

export const PERIODS = ["today", "yesterday", "last_7_days", "last_30_days", "last_90_days", "this_month", "last_month", "this_year"] as const;
const METHODS = ["time_weighted", "end_points", "n_points"] as const;
const BY: Record<string, readonly string[]> = { ageing: ["receipt", "lot"], below_minimum: ["available", "position"] };
const USUAL_PERIOD = "this_month";

/** The filters as the API takes them: those of this report that say something. */
export function askedOf(kind: ReportKind, values: Record<Name, string>): Record<string, string> {
  const known = [...kind.filters, ...(kind.groups.length ? ["group"] : [])];
  const asked = Object.fromEntries(known.filter((name) => name in values && values[name as Name]).map((name) => [name, values[name as Name]]));
  if (site.value && known.includes("site")) asked["site"] = site.value;
  if (known.includes("period") && !asked["period"] && !asked["from"] && !asked["to"]) asked["period"] = USUAL_PERIOD;
  return asked;
}

interface FilterProps {
  kind: ReportKind;
  filters: Filters<Name>;
  isSet: boolean;
  onClear: () => void;
}

export function ReportFilters({ kind, filters, isSet, onClear }: FilterProps) {
  const { values, set } = filters;
  const knows = (name: string): boolean => kind.filters.includes(name);
  return (
    <div class="filter-line">
      {knows("period") && <Period filters={filters} />}
      {knows("as_of") && <DateBox label={r("as_of")} value={values.as_of} onChange={(as_of) => set({ as_of })} />}
      {knows("days") && <NumberBox label={r("days")} value={values.days} usual="30" onChange={(days) => set({ days })} />}
      {kind.groups.length > 0 && (
        <Pick label={r("group")} value={values.group || kind.groups[0]!} choices={chosenFrom("group", kind.groups)} onChange={(group) => set({ group })} />
      )}
      {knows("method") && (
        <Pick label={r("method")} value={values.method || METHODS[0]} choices={chosenFrom("method", METHODS)} onChange={(method) => set({ method })} />
      )}
      {BY[kind.name] && (
        <Pick label={r("by")} value={values.by || BY[kind.name]![0]!} choices={chosenFrom("by", BY[kind.name]!)} onChange={(by) => set({ by })} />
      )}
      {knows("category") && <Categories value={values.category} onChange={(category) => set({ category })} />}
      {knows("owner") && <Owners value={values.owner} onChange={(owner) => set({ owner })} />}
      {knows("kind") && (
        <FilterSelect label={r("kind")} value={values.kind} choices={KIND_CHOICES()} onChange={(chosen) => set({ kind: chosen })} />
      )}
      {knows("buckets") && <TextBox label={r("buckets")} value={values.buckets} hint="30,60,90" onEnter={(buckets) => set({ buckets })} />}
      {knows("item") && <TextBox label={r("item")} value={values.item} hint={r("item")} onEnter={(item) => set({ item })} />}
      {knows("q") && <SearchBox value={values.q} label={r("search")} onSearch={(q) => set({ q })} />}
      {isSet && <button onClick={onClear}>{f("filter_clear")}</button>}
    </div>
  );
}

function chosenFrom(prefix: string, values: readonly string[]): Choice[] {
  return values.map((value) => ({ value, text: sayOr(`${prefix}_${value}`, value) }));
}

const KIND_CHOICES = (): Choice[] => Object.keys(zh).filter((key) => key.startsWith("kind_"))
  .map((key) => ({ value: key.slice("kind_".length), text: t(key as Text) }));

/** One of these, always. */
export function Pick({ label, value, choices, onChange }: { label: string; value: string; choices: readonly Choice[]; onChange: (value: string) => void }) {
  return (
    <select aria-label={label} title={label} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      {choices.map((each) => <option key={each.value} value={each.value}>{each.text}</option>)}
    </select>
  );
}

function Period({ filters: { values, set } }: { filters: Filters<Name> }) {
  const custom = Boolean(values.from || values.to);
  const choices = [...PERIODS, "custom"].map((value) => ({ value, text: r(`period_${value}` as ReportText) }));
  const choose = (value: string): void => {
    const today = new Date().toLocaleDateString("sv");
    if (value === "custom") set({ period: "", from: `${today.slice(0, 8)}01`, to: today });
    else set({ period: value, from: "", to: "" });
  };
  return (
    <>
      <Pick label={r("period")} value={custom ? "custom" : values.period || USUAL_PERIOD} choices={choices} onChange={choose} />
      {custom && <DateBox label={r("from")} value={values.from} onChange={(from) => set({ from })} />}
      {custom && <DateBox label={r("to")} value={values.to} onChange={(to) => set({ to })} />}
    </>
  );
}

function DateBox({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="boxed"><span>{label}</span>
      <input type="date" value={value} data-manual onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

function NumberBox({ label, value, usual, onChange }: { label: string; value: string; usual: string; onChange: (value: string) => void }) {
  return (
    <label class="boxed"><input type="number" min={0} max={3660} value={value} placeholder={usual} data-manual aria-label={label}
      onChange={(event) => onChange(event.currentTarget.value)} /><span>{label}</span></label>
  );
}

function TextBox({ label, value, hint, onEnter }: { label: string; value: string; hint: string; onEnter: (value: string) => void }) {
  const box = useRef<HTMLInputElement>(null);
  return (
    <input ref={box} class="text-box" aria-label={label} title={label} placeholder={hint} value={value} data-manual spellcheck={false}
      onChange={(event) => onEnter(event.currentTarget.value.trim())} />
  );
}

function Categories({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const asked = useAsk("categories", () => call("get", "/api/v1/categories", { query: { limit: 500 } }));
  const choices = (asked.answer?.rows ?? []).map((row) => ({ value: row.code ?? "", text: nameOf(namedBy(row)) }));
  return <FilterSelect label={r("category")} value={value} choices={kept(choices, value)} onChange={onChange} />;
}

function Owners({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const asked = useAsk("owners", () => call("get", "/api/v1/owners", { query: { limit: 500 } }));
  const choices = (asked.answer?.rows ?? []).map((row) => ({ value: row.code ?? "", text: row.name || (row.code ?? "") }));
  if (choices.length < 2 && !value) return null;
  return <FilterSelect label={r("owner")} value={value} choices={kept(choices, value)} onChange={onChange} />;
}

/** The value asked for is always among them. */
function kept(choices: Choice[], value: string): Choice[] {
  return value && !choices.some((each) => each.value.toLowerCase() === value.toLowerCase()) ? [{ value, text: value }, ...choices] : choices;
}
