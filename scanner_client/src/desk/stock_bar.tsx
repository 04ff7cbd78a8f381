/** Search, how fresh the figures are, and who looks at them. */
import { CircleQuestionMark, LogOut, Radio, Search } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { ask, go } from "../route";
import { t } from "../text/words";
import { Choices } from "../ui/corner";
import { Icon } from "../ui/icon";
import { following } from "./poller";
import { me, signOut } from "./session";
import { filters } from "./stock_data";

const TYPING_MS = 200;

export function StockBar({ onHelp }: { onHelp: () => void }) {
  const leave = (): void => void signOut().then(() => go("/sign-in"));
  const { well } = following.value;
  return (
    <header class="bar">
      <b>{t("brand")}</b>
      <SearchBox />
      <span class={well ? "pill fine live" : "pill bad live"}>
        <Icon of={Radio} size={14} />{t(well ? "stock_following" : "stock_not_following")}
      </span>
      <span class="who">
        <Choices />
        <button class="help" onClick={onHelp}><Icon of={CircleQuestionMark} size={16} />{t("keys_title")}</button>
        <span class="person">{me.value?.name}</span>
        <button onClick={leave}><Icon of={LogOut} size={16} /><span class="word">{t("sign_out")}</span></button>
      </span>
    </header>
  );
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
