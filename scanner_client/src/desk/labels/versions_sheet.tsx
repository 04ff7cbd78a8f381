/** Every version a design ever had: look at one, bring it back as a new version. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language } from "../../text/words";
import { sites } from "../frame/places";
import { useWork } from "../frame/work";
import { Sheet } from "../../ui/sheet";
import { draw, loadVersions, saveDesign, type DesignVersion } from "./api";
import { designs, readDesigns } from "./designs_data";
import { changed, edit, may, original } from "./editing";
import { Picture } from "./picture";
import { atSite } from "./stations_data";
import { l } from "./words";

export function Versions({ name, onClose, onRestored }: { name: string; onClose: () => void; onRestored: (version: number) => void }) {
  const versions = useSignal<DesignVersion[] | null>(null);
  const chosen = useSignal(0);
  const { busy, problem, run } = useWork();
  useEffect(() => void run(async () => {
    versions.value = await loadVersions(name);
    chosen.value = versions.value.find((each) => each.in_force)?.version ?? versions.value[0]?.version ?? 0;
  }), []);
  const shown = versions.value?.find((each) => each.version === chosen.value);
  const restore = (): void => {
    void run(async () => {
      const saved = await saveDesign(name, shown!.document, original.value!.version);
      await readDesigns();
      edit(designs.value!.find((each) => each.name === saved.name)!);
      onRestored(saved.version);
    });
  };
  return (
    <Sheet title={l("design_versions")} onClose={onClose}>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="version-rows" role="group" aria-label={l("design_versions")}>
        {versions.value?.map((each) => (
          <button key={each.version} class={each.version === chosen.value ? "line row on" : "line row"} data-version={each.version}
            aria-pressed={each.version === chosen.value} onClick={() => (chosen.value = each.version)}>
            <span class="two"><b>{l("design_version", { n: each.version })}</b><span class="muted small">{madeBy(each)}</span></span>
            {each.in_force && <span class="pill good">{l("design_in_force")}</span>}
            {each.retired && <span class="muted small">{l("design_taken_back")}</span>}
          </button>
        ))}
      </div>
      {shown && <Shown version={shown} />}
      {shown && may() && !shown.in_force && (
        <>
          {changed.value && <p class="doubt">{l("design_restore_drops")}</p>}
          <button class="main" disabled={busy} onClick={restore}>
            {l("design_restore", { n: shown.version, next: nextOf(versions.value!) })}
          </button>
        </>
      )}
      <button class="quiet" onClick={onClose}>{l("act_close")}</button>
    </Sheet>
  );
}

function Shown({ version: { document, version } }: { version: DesignVersion }) {
  const drawing = { document: document as unknown as Record<string, unknown>, language: language.value };
  const [width] = document.size_mm;
  return (
    <Picture of={JSON.stringify(drawing)} draw={() => draw(drawing)} alt={l("design_version", { n: version })}
      width_px={Math.max(200, Math.min(360, width * 5))} />
  );
}

function madeBy({ by, at, shipped }: DesignVersion): string {
  if (shipped) return l("designs_shipped");
  const time = at ? atSite(at, sites.value[0]?.code ?? "") : "";
  return l("design_by", { name: by, time });
}

/** Numbers of versions that were taken back are not given again. */
function nextOf(versions: readonly DesignVersion[]): number {
  return Math.max(...versions.map((each) => each.version)) + 1;
}
