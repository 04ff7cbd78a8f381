/**
 * The desk's keyboard. One listener for all of it, because keys come from two hands: people press
 * single keys (J, K, Enter, ?), a wedge scanner presses whole codes, and neither says which it is.
 * A letter therefore acts a moment later, unless more of them follow like a scanner's.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ScanEngine, type RawScan } from "../../scan/engine";

export interface Hotkey {
  /** As KeyboardEvent.key says them: "j", "ArrowDown", "?". */
  keys: readonly string[];
  /** What the help sheet shows: the keys as printed on a keyboard, and what they do. */
  label: string;
  text: string;
  act: (event: KeyboardEvent) => void;
}

/** Two letters of a scanner are closer than this, two of a hand farther apart. */
export const HAND_MS = 60;

type Scanned = (scan: RawScan) => void;

/** The latest comes first: a table inside a page answers before the page. */
const bound = signal<readonly { hotkeys: readonly Hotkey[] }[]>([]);
let takers: readonly Scanned[] = [];

/** Binds keys while the component is on the screen. */
export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  useEffect(() => {
    const mine = { hotkeys };
    bound.value = [mine, ...bound.peek()];
    return () => { bound.value = bound.peek().filter((each) => each !== mine); };
  });
}

/** Takes all scans while the component is on the screen, instead of opening what was scanned. */
export function useScans(taken: Scanned): void {
  useEffect(() => {
    takers = [taken, ...takers];
    return () => { takers = takers.filter((each) => each !== taken); };
  });
}

/** What the help sheet lists: every key once, the innermost meaning of it. */
export function boundKeys(): Hotkey[] {
  const seen = new Set<string>();
  return bound.value.flatMap(({ hotkeys }) => hotkeys).filter(({ label }) => !seen.has(label) && seen.add(label));
}

/** Listens until the returned function is called. `open`: what a scan does when no page takes it. */
export function listenAtDesk(open: Scanned): () => void {
  const engine = new ScanEngine((scan) => (takers[0] ?? open)(scan));
  let [waiting, lastAt] = [0, -Infinity];
  const press = (event: KeyboardEvent): void => {
    const followed = event.timeStamp - lastAt < HAND_MS;
    lastAt = event.timeStamp;
    window.clearTimeout(waiting);
    if (event.defaultPrevented || event.isComposing) return;
    if (isModal() || isTyping(event.target)) {
      if (event.key === "Escape" && !isModal()) act(event);
      return;
    }
    if (scans(engine, event)) return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || isPressing(event)) return;
    if (event.key.length > 1 || event.repeat) return act(event);
    // The first letter of a scan is held back by the second, the others by following one.
    if (!followed) waiting = window.setTimeout(() => act(event), HAND_MS);
  };
  document.addEventListener("keydown", press);
  return () => {
    window.clearTimeout(waiting);
    document.removeEventListener("keydown", press);
  };
}

function scans(engine: ScanEngine, event: KeyboardEvent): boolean {
  const ended = engine.key(event, event.timeStamp);
  return ended && (event.key === "Enter" || event.key === "Tab");
}

function act(event: KeyboardEvent): void {
  const hotkey = bound.peek().flatMap(({ hotkeys }) => hotkeys).find(({ keys }) => keys.includes(event.key));
  if (!hotkey) return;
  if (event.key.length > 1 || event.repeat) event.preventDefault();
  hotkey.act(event);
}

/** Letters typed there are text. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target.isContentEditable || target.matches("select, textarea");
}

/** A sheet has the keyboard to itself. */
function isModal(): boolean {
  return document.querySelector("[aria-modal='true']") !== null;
}

/** Enter and Space on a button or a link are its own; a row of a table is none. */
function isPressing(event: KeyboardEvent): boolean {
  return ["Enter", " "].includes(event.key) && event.target instanceof HTMLElement
    && event.target.matches("button, a, input, summary, label");
}
