/** Check labels: scan printed ones back, and see which labels on the shelf scan badly. */
import { useSignal } from "@preact/signals";
import { QualityPage } from "./quality_page";
import { VerifyPage } from "./verify_page";
import { l } from "./words";

const TABS = [["verify", "check_verify"], ["quality", "check_quality"]] as const;

export function CheckPage() {
  const tab = useSignal<"verify" | "quality">("verify");
  return (
    <div class="check-page">
      <header class="page-head">
        <h1>{l("check_title")}</h1>
        <div class="tabs" role="group" aria-label={l("check_title")}>
          {TABS.map(([name, text]) => (
            <button key={name} aria-pressed={tab.value === name} onClick={() => (tab.value = name)}>{l(text)}</button>
          ))}
        </div>
      </header>
      {tab.value === "verify" ? <VerifyPage /> : <QualityPage />}
    </div>
  );
}
