/** What a site prints without being asked: on which printer, which design, how many. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, nameOf } from "../../text/words";
import { sites } from "../frame/places";
import { named } from "../stock_list";
import { loadAutomatic, saveAutomatic, type Automatic, type Design, type Printer } from "./api";
import { designs, readDesigns } from "./designs_data";
import { may } from "./editing";
import { fits } from "./jobs";
import { printers } from "./stations_data";
import { waysOf, type Way } from "./ways";
import { inWords, l } from "./words";
import { useWork } from "../frame/work";

type Cause = keyof Automatic;
type Rule = NonNullable<Automatic[Cause]>;

/** What is labelled then: designs that cannot be filled by it are not offered. */
const CAUSES: readonly (readonly [Cause, Way])[] = [
  ["receipt", "items"], ["location_created", "locations"], ["unit_closed", "units"],
];

export function AutomaticPage() {
  const site = useSignal("");
  const rules = useSignal<Automatic | null>(null);
  const told = useSignal("");
  const { busy, problem, run } = useWork();
  const chosen = site.value || (sites.value[0]?.code ?? "");
  useEffect(() => void run(readDesigns), []);
  useEffect(() => {
    rules.value = null;
    if (chosen) void run(async () => { rules.value = await loadAutomatic(chosen); });
  }, [chosen]);
  const set = (cause: Cause, rule: Rule | null): void => {
    told.value = "";
    rules.value = { ...rules.value!, [cause]: rule };
  };
  const save = (): void => void run(async () => {
    rules.value = await saveAutomatic(chosen, rules.value!);
    told.value = l("auto_saved");
  });
  return (
    <div class="check-page">
      <h1>{l("auto_title")}</h1>
      <p class="muted">{l("auto_hint")}</p>
      {sites.value.length > 1 && (
        <label class="field"><span>{l("print_site")}</span>
          <select value={chosen} onChange={(event) => (site.value = event.currentTarget.value)}>
            {sites.value.map((each) => <option key={each.code} value={each.code ?? ""}>{nameOf(named(each))}</option>)}
          </select>
        </label>
      )}
      {printers.value?.length === 0 && <p class="doubt">{l("auto_no_printer")}</p>}
      {rules.value && designs.value && CAUSES.map(([cause, way]) => (
        <Cause key={cause} cause={cause} way={way} site={chosen} rule={rules.value![cause]} onChange={(rule) => set(cause, rule)} />
      ))}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {may() && <button class="main go" disabled={busy || !rules.value} onClick={save}>{l("act_save")}</button>}
      {told.value && <p class="told" role="status">{told.value}</p>}
    </div>
  );
}

interface CauseProps {
  cause: Cause;
  way: Way;
  site: string;
  rule: Rule | null;
  onChange: (rule: Rule | null) => void;
}

function Cause({ cause, way, site, rule, onChange }: CauseProps) {
  const here = (printers.value ?? []).filter((each) => each.site === site && each.media);
  const printer = here.find((each) => each.id === rule?.printer);
  const offered = printer ? designsFor(way, printer) : [];
  const choosePrinter = (id: string): void => {
    const found = here.find((each) => each.id === id);
    const [design] = found ? designsFor(way, found) : [];
    onChange(design ? { printer: id, design: design.name, copies: 1, language: language.value } : null);
  };
  return (
    <fieldset class="what">
      <legend>{l(`auto_${cause}`)}</legend>
      <div class="fields rule">
        <label class="field"><span>{l("auto_printer")}</span>
          <select value={rule?.printer ?? ""} disabled={!may()} name={cause} onChange={(event) => choosePrinter(event.currentTarget.value)}>
            <option value="">{l("auto_none")}</option>
            {here.map((each) => (
              <option key={each.id} value={each.id} disabled={!designsFor(way, each).length}>{each.name} · {each.media!.name}</option>
            ))}
          </select>
        </label>
        {rule && (
          <>
            <label class="field"><span>{l("print_design")}</span>
              <select value={rule.design} disabled={!may()} onChange={(event) => onChange({ ...rule, design: event.currentTarget.value })}>
                {offered.map((each) => <option key={each.name} value={each.name}>{inWords(each.document.title, each.name)}</option>)}
              </select>
            </label>
            <label class="field"><span>{l("print_copies")}</span>
              <input type="number" min={1} max={20} value={rule.copies} data-manual disabled={!may()}
                onInput={(event) => onChange({ ...rule, copies: Math.min(Math.max(Number(event.currentTarget.value) || 1, 1), 20) })} />
            </label>
          </>
        )}
      </div>
    </fieldset>
  );
}

function designsFor(way: Way, printer: Printer): Design[] {
  return designs.value!.filter((each) => waysOf(each).includes(way) && fits(printer, each.document.size_mm));
}
