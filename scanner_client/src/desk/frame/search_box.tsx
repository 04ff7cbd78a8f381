/** The search field above a list; "/" goes to it, the address keeps what is in it. */
import { Search } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../ui/icon";
import { useLater } from "./filters";
import { useHotkeys } from "./keyboard";
import { f } from "./words";

interface SearchBoxProps {
  value: string;
  onSearch: (text: string) => void;
  label?: string;
  /** 0 for lists that are all here; the usual pause is for those the server searches. */
  pause_ms?: number;
}

export function SearchBox({ value, onSearch, label, pause_ms = 200 }: SearchBoxProps) {
  const box = useRef<HTMLInputElement>(null);
  const later = useLater(onSearch, pause_ms);
  useHotkeys([{ keys: ["/"], label: "/", text: f("key_search"), act: () => box.current?.focus() }]);
  useEffect(() => {
    // The address may change without us (back, clear filters); while typing it must not fight back.
    if (document.activeElement !== box.current) box.current!.value = value;
  }, [value]);
  const words = label ?? f("filter_search");
  return (
    <label class="search">
      <Icon of={Search} size={18} />
      <input ref={box} type="search" defaultValue={value} placeholder={words} aria-label={words} spellcheck={false}
        onInput={(event) => later(event.currentTarget.value.trim())}
        onKeyDown={(event) => { if (event.key === "Escape") { event.stopPropagation(); box.current!.blur(); } }} />
    </label>
  );
}
