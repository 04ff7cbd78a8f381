/** Ctrl-K: pages, items, locations and acts by a few letters; or a code, typed or scanned. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { nameOf, t } from "../../text/words";
import { Sheet } from "../../ui/sheet";
import { useLater } from "./filters";
import { choosing, openScan, openThing, type Thing } from "./open_thing";
import { findOffers, type Offer } from "./palette_offers";
import { f, frameOr } from "./words";

const TYPING_MS = 150;
/** Its list is ours, not the browser's, which Preact's types do not foresee. */
const COMBOBOX: object = { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-offers" };

export function Palette({ onClose }: { onClose: () => void }) {
  const text = useSignal("");
  const at = useSignal(0);
  const offers = useSignal<Offer[]>([]);
  const looked = useSignal("");
  const look = (wanted: string): void => void findOffers(wanted).then((found) => {
    if (text.peek() !== wanted) return;
    [offers.value, at.value, looked.value] = [found, 0, wanted];
  });
  const later = useLater(look, TYPING_MS);
  useEffect(() => look(""), []);
  const choose = (offer: Offer): void => {
    onClose();
    offer.act();
  };
  const enter = (typed: string): void => {
    const offer = offers.value[at.value];
    // A scanner is quicker than the search: what it typed is looked up as a code.
    if (looked.value === typed && offer) choose(offer);
    else if (typed) void openScan({ text: typed, aim: null, source: "typed" }).then((found) => { if (found) onClose(); });
  };
  const move = (by: number): void => { at.value = Math.min(Math.max(at.value + by, 0), offers.value.length - 1); };
  return (
    <div class="palette">
      <Sheet title={f("palette_title")} onClose={onClose}>
        <input type="search" autofocus spellcheck={false} autocomplete="off" placeholder={f("palette_hint")} aria-label={f("palette_hint")}
          {...COMBOBOX} aria-activedescendant={offers.value.length ? `offer-${at.value}` : undefined}
          onInput={(event) => { text.value = event.currentTarget.value.trim(); later(text.value); }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") move(1);
            else if (event.key === "ArrowUp") move(-1);
            else if (event.key === "Enter") enter(event.currentTarget.value.trim());
            else return;
            event.preventDefault();
          }} />
        <Offers offers={offers.value} at={at.value} onChoose={choose} />
        {looked.value && !offers.value.length && <p class="muted">{f("palette_none", { text: looked.value })}</p>}
      </Sheet>
    </div>
  );
}

function Offers({ offers, at, onChoose }: { offers: Offer[]; at: number; onChoose: (offer: Offer) => void }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector("[aria-selected='true']")?.scrollIntoView({ block: "nearest" }), [at]);
  return (
    <ul id="palette-offers" role="listbox" aria-label={f("palette_title")} ref={list}>
      {offers.map((offer, index) => (
        <li key={offer.key} id={`offer-${index}`} role="option" aria-selected={index === at} onClick={() => onChoose(offer)}>
          <span class="muted small">{offer.kind}</span><b>{offer.text}</b><span class="code muted small">{offer.detail}</span>
        </li>
      ))}
    </ul>
  );
}

/** One code, several things: somebody says which. */
export function Choosing() {
  const asked = choosing.value;
  if (!asked) return null;
  const close = (): void => { choosing.value = null; };
  return (
    <Sheet title={f("palette_choose")} onClose={close}>
      <p class="code">{asked.code}</p>
      <div class="answers">
        {asked.things.map((thing) => (
          <button key={`${thing.kind}/${thing.to}`} onClick={() => { close(); openThing(thing); }}>{wordsOf(thing)}</button>
        ))}
      </div>
      <button class="quiet" onClick={close}>{t("cancel")}</button>
    </Sheet>
  );
}

function wordsOf({ kind, code, target }: Thing): string {
  const name = target && nameOf({ name_zh: target.name_zh ?? "", name_en: target.name_en ?? "", code: target.name ?? "" });
  return [frameOr(`thing_${kind}`, kind), code, name !== code && name].filter(Boolean).join(" · ");
}

