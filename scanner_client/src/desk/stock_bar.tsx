/** The stock page's top: a search box that also takes scans. */
import { Search } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { ask } from "../route";
import { t } from "../text/words";
import { Icon } from "../ui/icon";
import { Bar } from "./bar";
import { filters } from "./stock_data";

const TYPING_MS = 200;

export function StockBar({ onHelp }: { onHelp: () => void }) {
  return <Bar onHelp={onHelp}><SearchBox /></Bar>;
}

function SearchBox() {
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const { q } = filters.value;
  useEffect(() => {
    // The address may change without us (back, clear filters); while typing it must not fight back.
    if (document.activeElement !== box.current) box.current!.value = q;
  }, [q]);
  const search = (): void => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => ask({ q: box.current!.value.trim() }), TYPING_MS);
  };
  return (
    <label class="search">
      <Icon of={Search} size={18} />
      <input ref={box} type="search" defaultValue={q} onInput={search} placeholder={t("stock_search")}
        aria-label={t("stock_search")} spellcheck={false} />
    </label>
  );
}
