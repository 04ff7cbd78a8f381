/** A design's preview with its elements on it, the form of the chosen one, or all of it as JSON. */
import { useSignal } from "@preact/signals";
import { ArrowLeft, Copy, Download, History, Plus, Save, Trash2, Undo2 } from "lucide";
import { useEffect } from "preact/hooks";
import { Problem } from "../../api/client";
import { ask } from "../../route";
import { Icon } from "../../ui/icon";
import { Sheet } from "../../ui/sheet";
import { language } from "../../text/words";
import { draw, retireDesign, saveDesign } from "./api";
import { designs, readDesigns } from "./designs_data";
import { doubled, KINDS, moved, named, placeOf, withNew, without, type DesignDocument } from "./document";
import { blank, change, changed, draft, edit, may, original, undo } from "./editing";
import { ElementForm } from "./element_form";
import { FieldsForm } from "./fields_form";
import { JsonForm } from "./json_form";
import { Picture } from "./picture";
import { Versions } from "./versions_sheet";
import { inWords, l, wordedOr } from "./words";
import { useWork } from "../frame/work";

const STEP_MM = 0.5;
const FINE_MM = 0.1;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

export function DesignEditor() {
  const chosen = useSignal(-1);
  const as = useSignal<"form" | "json">("form");
  const wrong = useSignal<{ element: number; property: string; words: string } | null>(null);
  const design = draft.value!;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
      if ((event.target as Element).matches("input, textarea")) return;
      event.preventDefault();
      undo();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  const notice = (error: unknown): void => {
    const place = error instanceof Problem ? String(error.fields["field"] ?? error.fields["place"] ?? "") : "";
    wrong.value = place && error instanceof Problem ? { ...placeOf(place), words: error.message } : null;
  };
  const at = design.elements[chosen.value] ? chosen.value : -1;
  return (
    <main class="item editor" data-editing={design.name}>
      <button class="back" onClick={() => ask({ design: "" })}><Icon of={ArrowLeft} /> {l("act_back")}</button>
      <Head design={design} />
      <div class="editing">
        <div class="stage">
          <Stage design={design} chosen={at} wrong={wrong.value?.element ?? -1} onChoose={(n) => (chosen.value = n)} onProblem={notice} />
          <p class="muted small">{l("design_hint")}</p>
        </div>
        <div class="forms">
          <div class="tabs" role="group">
            {(["form", "json"] as const).map((each) => (
              <button key={each} aria-pressed={as.value === each} onClick={() => (as.value = each)}>{l(`design_mode_${each}`)}</button>
            ))}
          </div>
          {as.value === "json" ? <JsonForm design={design} /> : (
            <>
              <Elements design={design} chosen={at} wrong={wrong.value?.element ?? -1} onChoose={(n) => (chosen.value = n)} />
              {at >= 0 && <ElementForm key={at} design={design} at={at} wrong={wrong.value?.element === at ? wrong.value : null} />}
              <FieldsForm design={design} />
            </>
          )}
        </div>
      </div>
    </main>
  );
}

interface StageProps {
  design: DesignDocument;
  chosen: number;
  wrong: number;
  onChoose: (at: number) => void;
  onProblem: (error: unknown) => void;
}

/** The label, with a button over each element: click chooses, arrow keys move. */
function Stage({ design, chosen, wrong, onChoose, onProblem }: StageProps) {
  const [width, height] = design.size_mm;
  const shown = { document: design as unknown as Record<string, unknown>, language: language.value };
  const press = (event: KeyboardEvent, at: number): void => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey) return;
    event.preventDefault();
    const step = event.shiftKey ? FINE_MM : STEP_MM;
    change(moved(design, at, way[0] * step, way[1] * step));
  };
  return (
    <Picture of={JSON.stringify(shown)} draw={() => draw(shown)} alt={inWords(design.title, design.name)}
      width_px={Math.max(260, Math.min(560, width * 7))} onProblem={onProblem}>
      {design.elements.map(({ kind, box_mm: [x, y, across, down] }, at) => (
        <button key={at} class={`over${at === chosen ? " on" : ""}${at === wrong ? " wrong" : ""}`}
          aria-label={`${l("design_element", { n: at + 1 })} ${wordedOr(`kind_${kind}`, kind)}`}
          style={{
            left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%`,
            width: `${(100 * across) / width}%`, height: `${(100 * down) / height}%`,
          }}
          onClick={() => onChoose(at)} onKeyDown={(event) => press(event, at)} />
      ))}
    </Picture>
  );
}

interface ElementsProps {
  design: DesignDocument;
  chosen: number;
  wrong: number;
  onChoose: (at: number) => void;
}

function Elements({ design, chosen, wrong, onChoose }: ElementsProps) {
  const add = (kind: string): void => {
    if (!kind) return;
    change(withNew(design, kind));
    onChoose(design.elements.length);
  };
  return (
    <section>
      <h2>{l("design_elements")}</h2>
      <div class="element-rows">
        {design.elements.map((element, at) => (
          <button key={at} class={`line row${at === chosen ? " on" : ""}${at === wrong ? " wrong" : ""}`} aria-current={at === chosen}
            onClick={() => onChoose(at)}>
            <span>{wordedOr(`kind_${element.kind}`, element.kind)}</span>
            <span class="code muted small">{named(element)}</span>
          </button>
        ))}
      </div>
      <div class="acts">
        <label class="adding"><Icon of={Plus} size={16} />
          <select value="" aria-label={l("design_add")} onChange={(event) => { add(event.currentTarget.value); event.currentTarget.value = ""; }}>
            <option value="">{l("design_add")}</option>
            {KINDS.map((kind) => <option key={kind} value={kind}>{wordedOr(`kind_${kind}`, kind)}</option>)}
          </select>
        </label>
        {chosen >= 0 && (
          <>
            <button onClick={() => { change(doubled(design, chosen)); onChoose(design.elements.length); }}><Icon of={Copy} size={16} />{l("design_double")}</button>
            <button onClick={() => { change(without(design, chosen)); onChoose(-1); }}><Icon of={Trash2} size={16} />{l("design_remove")}</button>
          </>
        )}
      </div>
    </section>
  );
}

function Head({ design }: { design: DesignDocument }) {
  const { busy, problem, run } = useWork();
  const asking = useSignal<"" | "retire" | "new" | "versions">("");
  const told = useSignal("");
  const { version, shipped } = original.value!;
  const save = (): void => {
    void run(async () => {
      const saved = await saveDesign(design.name, design, version);
      await readDesigns();
      edit(designs.value!.find((each) => each.name === saved.name)!);
      told.value = l("design_saved", { n: saved.version });
    });
  };
  return (
    <header class="design-head">
      <div class="name-state">
        <h1>{inWords(design.title, design.name)}</h1>
        <span class="muted small code">{design.name} · {l("design_version", { n: version })}</span>
      </div>
      <div class="acts">
        {may() && <button class="main" disabled={busy || !changed.value} onClick={save}><Icon of={Save} size={16} />{l("design_save", { n: version + 1 })}</button>}
        <button disabled={!changed.value} onClick={undo}><Icon of={Undo2} size={16} />{l("design_undo")}</button>
        <a class="file-button" href={exported(design)} download={`${design.name}.json`}><Icon of={Download} size={16} />{l("design_export")}</a>
        {version > 0 && <button onClick={() => (asking.value = "versions")}><Icon of={History} size={16} />{l("design_versions")}</button>}
        {may() && <button onClick={() => (asking.value = "new")}>{l("design_new")}</button>}
        {may() && !shipped && version > 0 && <button onClick={() => (asking.value = "retire")}>{l("design_retire")}</button>}
      </div>
      {changed.value && <p class="muted small">{l("design_changed")}</p>}
      {told.value && <p class="told" role="status">{told.value}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {asking.value === "retire" && <Retire name={design.name} onClose={() => (asking.value = "")} />}
      {asking.value === "versions" && (
        <Versions name={design.name} onClose={() => (asking.value = "")}
          onRestored={(n) => { asking.value = ""; told.value = l("design_saved", { n }); }} />
      )}
      {asking.value === "new" && <NewFrom design={design} onClose={() => (asking.value = "")} />}
    </header>
  );
}

function exported(design: DesignDocument): string {
  return `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(design, null, 2))}`;
}

function Retire({ name, onClose }: { name: string; onClose: () => void }) {
  const { busy, problem, run } = useWork();
  const go = (): void => {
    void run(async () => {
      await retireDesign(name);
      await readDesigns();
    }).then((well) => { if (well) onClose(); });
  };
  return (
    <Sheet title={l("design_retire")} onClose={onClose}>
      <p>{l("design_retire_ask")}</p>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <button class="danger" disabled={busy} onClick={go}>{l("design_retire_yes")}</button>
      <button class="quiet" onClick={onClose}>{l("act_close")}</button>
    </Sheet>
  );
}

/** The copy is saved by the person, once it looks right. */
function NewFrom({ design, onClose }: { design: DesignDocument; onClose: () => void }) {
  const name = useSignal(`${design.name}-2`);
  const taken = designs.value!.some((each) => each.name === name.value);
  const right = /^[a-z0-9_-]{1,60}$/.test(name.value) && !taken;
  const make = (): void => {
    const made = blank({ ...design, name: name.value });
    designs.value = [...designs.value!, made];
    ask({ design: made.name });
    edit(made);
    change({ ...made.document, version: 1 });
    onClose();
  };
  return (
    <Sheet title={l("design_new")} onClose={onClose}>
      <label class="field"><span>{l("design_new_name")}</span>
        <input value={name.value} data-manual spellcheck={false} onInput={(event) => (name.value = event.currentTarget.value)} />
      </label>
      <button class="main" disabled={!right} onClick={make}>{l("design_new")}</button>
      <button class="quiet" onClick={onClose}>{l("act_close")}</button>
    </Sheet>
  );
}
