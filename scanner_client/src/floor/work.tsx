/** One task on the screen: what to do next, the thing itself, what just happened, three keys. */
import { Check, Info, Keyboard, Package, Layers } from "lucide";
import type { Key, KeyView, View } from "../flows/flow";
import { shown } from "../quantity";
import { nameOf, said, t, type Words } from "../text/words";
import { Icon } from "../ui/icon";
import { WholeCodes } from "../ui/whole_codes";

interface WorkProps {
  view: View;
  note: Words | null;
  onKey: (key: Key) => void;
}

export function Work({ view, note, onKey }: WorkProps) {
  const typed = view.keys.some((key) => key.key === "type");
  return (
    <>
      <section class="next">
        <div class="do">{said(view.next.act)}</div>
        {view.next.where && <div class="where">{view.next.where}</div>}
        <div class="path">
          <span>{view.next.hint && said(view.next.hint)}</span>
          {!typed && (
            <button class="type" onClick={() => onKey("type")}>
              <Icon of={Keyboard} size={18} />{t("key_type")}
            </button>
          )}
        </div>
      </section>
      <section class="thing">{view.thing ? <Thing {...view.thing} /> : <Unit code={view.unit} />}</section>
      <Said words={note ?? view.said} note={note !== null} />
      <nav class="keys">
        {view.keys.map((key, index) => (
          <KeyButton key={key.key} view={key} main={index === 2} onKey={onKey} />
        ))}
      </nav>
    </>
  );
}

function Thing({ item, quantity, chips }: NonNullable<View["thing"]>) {
  return (
    <>
      <div class="picture"><Icon of={Package} size={34} /></div>
      <div class="what">
        <div class="name">{nameOf(item)}</div>
        <div class="code muted">{item.sku}{item.specification && ` · ${item.specification}`}</div>
      </div>
      {quantity && (
        <div class="quantity"><b>{shown(quantity)}</b><span>{item.base_unit}</span></div>
      )}
      {chips.length > 0 && (
        <div class="chips">{chips.map((chip) => <span class="pill" key={chip[0]}>{said(chip)}</span>)}</div>
      )}
    </>
  );
}

function Unit({ code }: { code: string }) {
  if (!code) return null;
  return (
    <>
      <div class="picture"><Icon of={Layers} size={34} /></div>
      <div class="what"><div class="name">{t("unit_whole", { code })}</div></div>
    </>
  );
}

function Said({ words, note }: { words: Words | null; note: boolean }) {
  if (!words) return <div class="said nothing" aria-live="polite" />;
  return (
    <div class={note ? "said note" : "said"} aria-live="polite">
      <Icon of={note ? Info : Check} size={18} /><span><WholeCodes>{said(words)}</WholeCodes></span>
    </div>
  );
}

function KeyButton({ view, main, onKey }: { view: KeyView; main: boolean; onKey: (key: Key) => void }) {
  return (
    <button class={main ? "main" : ""} disabled={view.off ?? false} onClick={() => onKey(view.key)}
      data-key={view.key}>
      {said(view.words)}
    </button>
  );
}
