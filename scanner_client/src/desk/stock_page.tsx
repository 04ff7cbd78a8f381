/** 库存: items on the left; where the chosen one is, how it got there and its alerts on the right. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../route";
import { t } from "../text/words";
import { loadAlerts } from "./alerts";
import { useHotkeys } from "./frame/keyboard";
import { ItemDetail } from "./item_detail";
import { follow } from "./poller";
import { balances, chosen, filters, isChosen, list, loadItem, loadList, movements } from "./stock_data";
import { StockList } from "./stock_list";

export function StockPage() {
  const problem = useSignal("");
  const tell = (work: Promise<unknown>): Promise<unknown> =>
    work.then(() => (problem.value = ""), (error: Error) => (problem.value = error.message));
  const refresh = (): Promise<unknown> =>
    tell(Promise.all([loadList(true), loadItem(true), loadAlerts(true)]));

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
  useHotkeys([
    { keys: ["j", "ArrowDown"], label: "J", text: t("key_next"), act: () => step(1) },
    { keys: ["k", "ArrowUp"], label: "K", text: t("key_previous"), act: () => step(-1) },
    { keys: ["Escape"], label: "Esc", text: t("key_escape"), act: () => ask({ item: "", at: "" }) },
  ]);
  return (
    <div class={chosen.value.item ? "halves chosen" : "halves"}>
      <StockList problem={problem.value} />
      <ItemDetail />
    </div>
  );
}

function step(by: number): void {
  const rows = list.value?.rows ?? [];
  const at = rows.findIndex(isChosen);
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (next) ask({ item: next.item ?? "", at: next.site });
}
