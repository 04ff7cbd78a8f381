/** Which things get labels: typed, pasted, scanned, from a file, a zone, or new numbers. */
import { useSignal } from "@preact/signals";
import { FileUp } from "lucide";
import { useEffect } from "preact/hooks";
import { nameOf } from "../../text/words";
import { Icon } from "../../ui/icon";
import { sites } from "../frame/places";
import { named } from "../stock_list";
import { loadRanges, loadZones, type Range } from "./api";
import { OwnerSelect } from "./owner_select";
import { choice, choose, design, site } from "./print_data";
import { numberKind, pasted, waysOf } from "./ways";
import { inWords, l, wordedOr } from "./words";

export function What() {
  const ways = waysOf(design.value!);
  const { way } = choice.value;
  return (
    <fieldset class="what">
      <legend>{l("print_what")}</legend>
      <div class="tabs" role="group" aria-label={l("print_what")}>
        {ways.map((each) => (
          <button key={each} aria-pressed={each === way} onClick={() => choose({ way: each })} data-way={each}>
            {l(`what_${each}`)}
          </button>
        ))}
      </div>
      {way === "locations" && <Locations />}
      {(way === "items" || way === "units") && <Codes way={way} />}
      {way === "numbers" && <Numbers />}
      {way === "table" && <Table />}
      {design.value!.document.fields.some((field) => field.name === "arrow") && <Arrow />}
    </fieldset>
  );
}

interface Zone { code?: string; name_zh?: string; name_en?: string }

function Locations() {
  const zones = useSignal<Zone[]>([]);
  useEffect(() => {
    if (site.value) void loadZones(site.value).then((rows) => (zones.value = rows), () => undefined);
  }, [site.value]);
  const { zone, aisles } = choice.value;
  return (
    <>
      <div class="pair">
        {sites.value.length > 1 && (
          <label class="field"><span>{l("print_site")}</span>
            <select value={site.value} onChange={(event) => choose({ site: event.currentTarget.value, zone: "" })}>
              {sites.value.map((each) => <option key={each.code} value={each.code ?? ""}>{nameOf(named(each))}</option>)}
            </select>
          </label>
        )}
        <label class="field"><span>{l("print_zone")}</span>
          <select value={zone} name="zone" onChange={(event) => choose({ zone: event.currentTarget.value })}>
            <option value="">{l("zone_pick")}</option>
            {zones.value.map((each) => <option key={each.code} value={each.code ?? ""}>{each.code} {nameOf(named(each))}</option>)}
          </select>
        </label>
      </div>
      {!zone && <Codes way="locations" />}
      <label class="tick">
        <input type="checkbox" checked={aisles} onChange={(event) => choose({ aisles: event.currentTarget.checked })} />
        {l("print_aisles")}
      </label>
    </>
  );
}

function Codes({ way }: { way: "locations" | "items" | "units" }) {
  return (
    <div class="field">
      <label for="codes">{l(`print_codes_${way}`)}</label>
      <textarea rows={5} id="codes" name="codes" value={choice.value.codes} data-manual spellcheck={false}
        onInput={(event) => choose({ codes: event.currentTarget.value })} />
      <FromFile onText={(codes) => choose({ codes })} hint={l("print_codes_hint")} />
    </div>
  );
}

function Table() {
  const { unknown } = pasted(choice.value, design.value!);
  const names = design.value!.document.fields.map((field) => inWords(field.title, field.name)).join(", ");
  return (
    <div class="field">
      <label for="table">{l("print_table")}</label>
      <textarea rows={7} id="table" name="table" value={choice.value.table} data-manual spellcheck={false} class="code"
        onInput={(event) => choose({ table: event.currentTarget.value })} />
      <FromFile onText={(table) => choose({ table })} hint={l("print_table_hint", { names })} />
      {unknown.length > 0 && <span class="doubt small">{l("print_unknown_columns", { names: unknown.join(", ") })}</span>}
    </div>
  );
}

function FromFile({ onText, hint }: { onText: (text: string) => void; hint: string }) {
  const read = (input: HTMLInputElement): void => {
    const [file] = input.files ?? [];
    if (file) void new Response(file).text().then(onText);
    input.value = "";
  };
  return (
    <div class="from-file">
      <span class="muted small">{hint}</span>
      <label class="file-button"><Icon of={FileUp} size={16} />{l("print_file")}
        <input type="file" class="hidden-file" accept=".csv,.tsv,.txt,text/csv,text/plain"
          onChange={(event) => read(event.currentTarget)} />
      </label>
    </div>
  );
}

function Numbers() {
  const ranges = useSignal<Range[] | null>(null);
  const kind = numberKind(design.value!);
  useEffect(() => {
    void loadRanges().then((rows) => (ranges.value = rows), () => undefined);
  }, []);
  const { count, owner, item } = choice.value;
  const none = ranges.value !== null && !ranges.value.some((each) => each.kind === kind && !each.retired);
  return (
    <>
      <div class="pair">
        <label class="field"><span>{l("print_numbers_count")} · {wordedOr(`kind_${kind}`, kind)}</span>
          <input type="number" min={1} max={1000} value={count} data-manual name="count"
            onInput={(event) => choose({ count: Number(event.currentTarget.value) || 0 })} />
        </label>
        {kind === "serial" ? (
          <label class="field"><span>{l("numbers_item")}</span>
            <input value={item} data-manual onInput={(event) => choose({ item: event.currentTarget.value.trim() })} />
          </label>
        ) : (
          <OwnerSelect value={owner} onChange={(code) => choose({ owner: code })} />
        )}
      </div>
      <p class="muted small">{l("print_numbers_hint")}</p>
      {none && <p class="doubt">{l("print_no_range")} <a href="/labels/numbers">{l("section_numbers")}</a></p>}
    </>
  );
}

const ARROWS = ["up", "down", "left", "right"] as const;

function Arrow() {
  return (
    <label class="field"><span>{l("print_arrow")}</span>
      <select value={choice.value.arrow} onChange={(event) => choose({ arrow: event.currentTarget.value })}>
        <option value="">—</option>
        {ARROWS.map((each) => <option key={each} value={each}>{l(`choice_${each}`)}</option>)}
      </select>
    </label>
  );
}
