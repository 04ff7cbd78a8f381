/** Pasted rows before they become lines: each wrong one is named, nothing is taken unseen. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Sheet } from "../../ui/sheet";
import { fromTsv } from "../frame/table/clipboard";
import { useWork } from "../frame/work";
import { LINES_MOST } from "./documents_data";
import { checkRows, type DraftLine, type PastedRow } from "./pasted_rows";
import { d } from "./words";

interface PasteProps {
  /** What was pasted over the lines already; null: asks for it. */
  cells: string[][] | null;
  mayPrice: boolean;
  onTake: (lines: DraftLine[]) => void;
  onClose: () => void;
}

export function PasteSheet({ cells, mayPrice, onTake, onClose }: PasteProps) {
  const rows = useSignal<PastedRow[] | null>(null);
  const over = useSignal(0);
  const { busy, problem, run } = useWork();
  const check = (pasted: string[][]): void => {
    over.value = Math.max(0, pasted.length - LINES_MOST - 1);
    if (!over.value) void run(async () => { rows.value = await checkRows(pasted, mayPrice); });
  };
  useEffect(() => { if (cells) check(cells); }, []);
  const good = (rows.value ?? []).filter((row) => !row.problem);
  const bad = (rows.value ?? []).length - good.length;
  return (
    <Sheet title={d("paste")} onClose={onClose}>
      <div class="paste-rows">
        <p class="muted">{d("paste_hint")}</p>
        {!cells && (
          <textarea aria-label={d("paste_area")} rows={4} autofocus spellcheck={false}
            onInput={(event) => check(fromTsv(event.currentTarget.value))} />
        )}
        {busy && <p class="muted" role="status">{d("paste_checking")}</p>}
        {(problem || over.value > 0) && <p class="problem" role="alert">{problem || d("too_many", { more: over.value })}</p>}
        {rows.value && <Preview rows={rows.value} />}
        <div class="acts-line">
          <button class="main" disabled={busy || !good.length} onClick={() => onTake(good.map(({ line }) => line))}>
            {!good.length ? d("paste_none") : d(bad ? "paste_take_some" : "paste_take", { good: good.length, bad })}
          </button>
          <button class="quiet" onClick={onClose}>{d("cancel")}</button>
        </div>
      </div>
    </Sheet>
  );
}

function Preview({ rows }: { rows: PastedRow[] }) {
  return (
    <div class="table" tabIndex={0} role="region" aria-label={d("paste_area")}>
      <table>
        <thead><tr><th>{d("paste_row")}</th><th>{d("item")}</th><th class="right">{d("quantity")}</th><th>{d("packaging")}</th><th>{d("paste_problem")}</th></tr></thead>
        <tbody>
          {[...rows].sort((a, b) => Number(!a.problem) - Number(!b.problem)).map(({ row, line, problem }) => (
            <tr key={row} data-pasted={row} class={problem ? "wrong" : ""}>
              <td>{row}</td><td class="code">{line.item}</td><td class="right">{line.quantity}</td>
              <td>{line.unit || line.known?.base_unit}</td><td class={problem ? "why" : "muted"}>{problem || d("paste_fine")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
