/** Designs: the list on the left, the chosen one with its editor on the right. */
import { useSignal } from "@preact/signals";
import { Upload } from "lucide";
import { useEffect } from "preact/hooks";
import { ask, query } from "../../route";
import { Icon } from "../../ui/icon";
import type { Design } from "./api";
import { DesignEditor } from "./design_editor";
import { designs, readDesigns } from "./designs_data";
import type { DesignDocument } from "./document";
import { blank, change, edit, may, original } from "./editing";
import { inWords, l } from "./words";
import { useHotkeys } from "../frame/keyboard";
import { useWork } from "../frame/work";

export function DesignsPage() {
  const { problem, run } = useWork();
  const name = query.value.get("design") ?? "";
  useEffect(() => void run(readDesigns), []);
  const chosen = designs.value?.find((each) => each.name === name) ?? null;
  useEffect(() => { if (chosen && original.value !== chosen) edit(chosen); }, [chosen]);
  useHotkeys([
    { keys: ["j"], label: "J", text: l("keys_next"), act: () => step(1, name) },
    { keys: ["k"], label: "K", text: l("keys_previous"), act: () => step(-1, name) },
    { keys: ["Escape"], label: "Esc", text: l("act_close"), act: () => ask({ design: "" }) },
  ]);
  return (
    <div class={chosen ? "halves designs chosen" : "halves designs"}>
      <section class="list" aria-label={l("designs_title")}>
        <header><h1>{l("designs_title")}</h1></header>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <div class="design-rows">
          {designs.value?.map((each) => <Row key={each.name} design={each} on={each.name === name} />)}
        </div>
        {may() && <Import />}
      </section>
      {chosen && original.value === chosen ? <DesignEditor key={`${chosen.name}/${chosen.version}`} />
        : <main class="item"><p class="muted">{l("designs_pick")}</p></main>}
    </div>
  );
}

function Row({ design, on }: { design: Design; on: boolean }) {
  const kind = l(design.shipped ? "designs_shipped" : "designs_edited");
  return (
    <button class={on ? "line row on" : "line row"} aria-current={on} data-design={design.name}
      onClick={() => ask({ design: design.name })}>
      <span class="two">
        <b>{inWords(design.document.title, design.name)}</b>
        <span class="muted small">{design.document.size_mm.join(" × ")} mm · {design.name}</span>
      </span>
      <span class="muted small right">{kind}<br />{l("design_version", { n: design.version })}</span>
    </button>
  );
}

function step(by: number, name: string): void {
  const all = designs.value ?? [];
  const at = all.findIndex((each) => each.name === name);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) ask({ design: next.name });
}

/** A document becomes a change of the design it names, or of the chosen one: saved by the person. */
function Import() {
  const problem = useSignal("");
  const read = async (file: File | undefined): Promise<void> => {
    problem.value = "";
    try {
      const read = JSON.parse(await new Response(file).text()) as DesignDocument;
      const known = designs.value!.find((each) => each.name === read.name) ?? blank(read);
      if (!designs.value!.includes(known)) designs.value = [...designs.value!, known];
      ask({ design: known.name });
      edit(known);
      change({ ...read, name: known.name });
    } catch (error) {
      problem.value = l("design_json_bad", { problem: (error as Error).message });
    }
  };
  return (
    <footer class="foot">
      <label class="file-button"><Icon of={Upload} size={16} />{l("design_import")}
        <input type="file" accept=".json,application/json" class="hidden-file"
          onChange={(event) => void read(event.currentTarget.files?.[0])} />
      </label>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
    </footer>
  );
}
