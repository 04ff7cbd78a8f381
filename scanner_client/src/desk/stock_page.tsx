/** 库存: items on the left; where the chosen one is, how it got there and its alerts on the right. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../route";
import { t } from "../text/words";
import { Sheet } from "../ui/sheet";
import { loadAlerts } from "./alerts";
import { clockTime } from "./format";
import { ItemDetail } from "./item_detail";
import { follow, following } from "./poller";
import { StockBar } from "./stock_bar";
import {
  balances, chosen, filters, isChosen, list, loadFrame, loadItem, loadList, movements,
} from "./stock_data";
import { StockList } from "./stock_list";

export function StockPage() {
  const help = useSignal(false);
  const problem = useSignal("");
  const tell = (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => (problem.value = ""), (error: Error) => (problem.value = error.message));
  const refresh = (): Promise<unknown> =>
    tell(Promise.all([loadList(true), loadItem(true), loadAlerts(true)]));

  useEffect(() => void tell(loadFrame()), []);
  useEffect(() => void tell(loadAlerts(false)), []);
  useEffect(() => {
    list.value = null;
    void tell(loadList(false));
  }, [filters.value]);
  useEffect(() => {
    [balances.value, movements.value] = [null, null];
    void tell(loadItem(false));
  }, [chosen.value.item, chosen.value.at]);
  useEffect(() => follow(refresh), []);
  useEffect(() => onKeys(() => (help.value = true)), []);

  const late = !following.value.well;
  return (
    <div class="desk">
      <StockBar onHelp={() => (help.value = true)} />
      <div class={chosen.value.item ? "halves chosen" : "halves"}>
        <StockList problem={problem.value} />
        <ItemDetail />
      </div>
      {late && <p class="late" role="status">{t("stale", { time: clockTime(following.value.at) })}</p>}
      {help.value && <Help onClose={() => (help.value = false)} />}
    </div>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const keys = [["J", "key_next"], ["K", "key_previous"], ["/", "key_search"], ["Esc", "key_escape"]] as const;
  return (
    <Sheet title={t("keys_title")} onClose={onClose}>
      <div class="keys-help">
        {keys.map(([key, text]) => [<kbd key={key}>{key}</kbd>, <span key={text}>{t(text)}</span>])}
      </div>
      <button class="quiet" onClick={onClose}>{t("close")}</button>
    </Sheet>
  );
}

/** J and K walk the list, / searches, Esc goes back, ? helps. */
function onKeys(help: () => void): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = (event.target as Element).matches?.("input, select, textarea");
    if (event.key === "Escape") {
      (event.target as HTMLElement).blur?.();
      if (!typing) ask({ item: "", at: "" });
    } else if (typing) return;
    else if (event.key === "j" || event.key === "ArrowDown") step(1, event);
    else if (event.key === "k" || event.key === "ArrowUp") step(-1, event);
    else if (event.key === "/") {
      event.preventDefault();
      document.querySelector<HTMLInputElement>(".search input")?.focus();
    } else if (event.key === "?") help();
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

function step(by: number, event: KeyboardEvent): void {
  event.preventDefault();
  const rows = list.value?.rows ?? [];
  const at = rows.findIndex(isChosen);
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (next) ask({ item: next.item ?? "", at: next.site });
}
