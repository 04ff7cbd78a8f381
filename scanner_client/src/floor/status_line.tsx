import { Cloud, CloudOff, TriangleAlert, User } from "lucide";
import { said, t, type Text } from "../text/words";
import { pass } from "../device";
import { Icon } from "../ui/icon";
import type { Floor } from "./floor";

/** What, how far, connection with the unsent count, who. The count is always in sight. */
export function StatusLine({ floor, onMore }: { floor: Floor; onMore: () => void }) {
  const view = floor.view.value;
  const line = floor.line.value;
  const unsent = floor.unsent.value;
  const words = t("unsent", { line: t(`line_${line}` as Text), n: String(unsent) });
  return (
    <header class="status">
      <b>{view ? t(view.title) : t("tasks_title")}</b>
      <span class="muted small grow">{view?.progress ? said(view.progress) : ""}</span>
      {floor.attention.value.length > 0 && (
        <span class="pill bad"><Icon of={TriangleAlert} size={14} />{floor.attention.value.length}</span>
      )}
      <span class={line === "open" && !unsent ? "pill" : "pill wait"} data-unsent={unsent} data-line={line}>
        <Icon of={line === "open" ? Cloud : CloudOff} size={14} />
        {line === "open" && !unsent ? t("line_open") : words}
      </span>
      <button class="pill who" onClick={onMore} aria-label={`${pass.value?.user.name ?? ""} · ${t("more")}`}>
        <Icon of={User} size={14} /><span>{pass.value?.user.name}</span>
      </button>
    </header>
  );
}
