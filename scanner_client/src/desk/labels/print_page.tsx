/** Print: which design, which things, where; what it will look like is on the right all the while. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { go } from "../../route";
import { uuid } from "../../uuid";
import { draw, MOST, texts } from "./api";
import { designs, readDesigns } from "./designs_data";
import { Picture, Steps } from "./picture";
import { choice, choose, chooseDesign, design, makePdf, makePlan, PDF, plan, planKey, print, where } from "./print_data";
import { DocumentsHint } from "./documents_hint";
import { Place } from "./print_place";
import { Waiting } from "./print_waiting";
import { What } from "./print_what";
import { SHEETS } from "./ways";
import { inWords, l } from "./words";
import { useWork } from "../frame/work";

const TYPING_MS = 300;

export function PrintPage() {
  const planning = useWork();
  const printing = useWork();
  const said = useSignal<{ text: string; link: string; to: string } | null>(null);
  const order = useSignal(uuid());
  const { run: plans } = planning;
  useEffect(() => void plans(async () => { if (!designs.value) await readDesigns(); }), []);
  useEffect(() => {
    const timer = window.setTimeout(() => void plans(makePlan), TYPING_MS);
    return () => clearTimeout(timer);
  }, [planKey.value]);
  // A changed order is another order; the same one pressed twice is one.
  useEffect(() => { order.value = uuid(); }, [planKey.value, choice.value.copies, choice.value.first_cell, where.value]);

  const kept = design.value;
  if (!kept) return <p class="empty muted">{planning.problem || l("loading")}</p>;
  const toPrinter = where.value !== PDF && !(where.value in SHEETS);
  const fits = toPrinter || plan.value.rows.length <= MOST;
  const ready = fits && plan.value.of === planKey.value && plan.value.rows.length > 0;
  const count = plan.value.rows.length * choice.value.copies;
  const go_ = (): void => {
    if (!ready || printing.busy) return;
    said.value = null;
    void printing.run(async () => { said.value = toPrinter ? await queue(order.value) : await makeFile(count, order.value); });
  };
  return (
    <div class="print-page" onKeyDown={(event) => { if (event.key === "Enter" && event.ctrlKey) go_(); }}>
      <section class="order" aria-label={l("print_title")}>
        <h1>{l("print_title")}</h1>
        <Waiting />
        <DesignChoice />
        <What />
        <Place />
        {planning.problem && planKey.value && <p class="problem" role="alert">{planning.problem}</p>}
        {printing.problem && <p class="problem" role="alert">{printing.problem}</p>}
        {!fits && <p class="doubt">{l("print_pdf_most", { n: MOST })}</p>}
        <button class="main go" disabled={!ready || printing.busy || Boolean(planning.problem)} onClick={go_}>
          {!planKey.value ? l("print_go_nothing") : l(toPrinter ? "print_go" : "print_go_pdf", { n: count })}
        </button>
        {said.value && (
          <p class="told" role="status">{said.value.text}{" "}
            <a href={said.value.to} {...(toPrinter ? {} : { target: "_blank", rel: "noopener", download: "labels.pdf" })}
              onClick={(event) => { if (toPrinter) { event.preventDefault(); event.stopPropagation(); go(said.value!.to); } }}>
              {said.value.link}
            </a>
          </p>
        )}
        <DocumentsHint />
      </section>
      <Preview />
    </div>
  );
}

async function queue(id: string) {
  const job = await print(id);
  return { text: l("print_queued", { n: job.labels, printer: job.printer_name }), link: l("print_see"), to: `/labels/stations?job=${job.id}` };
}

async function makeFile(count: number, id: string) {
  const pdf = await makePdf(id);
  return { text: l("print_pdf_done", { n: count }), link: l("print_pdf_open"), to: URL.createObjectURL(pdf) };
}

function DesignChoice() {
  return (
    <div class="pair wide-first">
      <label class="field"><span>{l("print_design")}</span>
        <select value={design.value!.name} name="design" onChange={(event) => chooseDesign(event.currentTarget.value)}>
          {designs.value!.map((each) => (
            <option key={each.name} value={each.name}>
              {inWords(each.document.title, each.name)} · {each.document.size_mm.join(" × ")}
            </option>
          ))}
        </select>
      </label>
      <label class="field"><span>{l("print_language")}</span>
        <select value={choice.value.language} onChange={(event) => choose({ language: event.currentTarget.value as "zh" | "en" })}>
          <option value="zh" lang="zh">中文</option>
          <option value="en" lang="en">English</option>
        </select>
      </label>
    </div>
  );
}

function Preview() {
  const at = useSignal(0);
  useEffect(() => { at.value = 0; }, [plan.value.of]);
  const kept = design.value!;
  const rows = plan.value.of === planKey.value ? plan.value.rows : [];
  const row = rows[Math.min(at.value, rows.length - 1)];
  const shown = { design: row?.design || kept.name, data: row ? [texts(row.data)] : [], language: choice.value.language };
  const key = JSON.stringify([shown, kept.version]);
  const [width, height] = kept.document.size_mm;
  return (
    <section class="preview" aria-label={l("print_preview")}>
      <Picture of={key} draw={() => draw(shown)} width_px={Math.max(240, Math.min(640, width * 7))} alt={l("print_preview")} />
      <p class="muted small">
        {l("preview_size", { width, height })} · {rows.length ? l("plan_count", { n: rows.length }) : l("preview_sample")}
      </p>
      <Steps at={Math.min(at.value, rows.length - 1)} all={rows.length} onStep={(to) => (at.value = to)} />
      {!rows.length && <p class="muted">{l("preview_none")}</p>}
    </section>
  );
}
