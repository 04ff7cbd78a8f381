/** List left, thing right; on a small screen one of them, with the way back. */
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { Icon } from "../../ui/icon";
import { useHotkeys } from "./keyboard";
import { f } from "./words";

interface HalvesProps {
  /** Whether a thing is chosen: then a small screen shows it alone. */
  chosen: boolean;
  list: ComponentChildren;
  thing: ComponentChildren;
  /** Back to the list: Esc, and the button on a small screen. */
  onBack: () => void;
  label: string;
  /** Two equal halves ("even"), or a narrow list beside a wide thing. */
  even?: boolean;
}

export function Halves({ chosen, list, thing, onBack, label, even = false }: HalvesProps) {
  useHotkeys([{ keys: ["Escape"], label: "Esc", text: f("key_back"), act: onBack }]);
  return (
    <div class={`halves${chosen ? " chosen" : ""}${even ? " even" : ""}`}>
      <section class="list" aria-label={label}>{list}</section>
      <div class="item">
        <button class="back" onClick={onBack}><Icon of={ArrowLeft} /> {f("back_to_list")}</button>
        {thing}
      </div>
    </div>
  );
}
