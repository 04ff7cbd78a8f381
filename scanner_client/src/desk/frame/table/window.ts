/** Which rows are in sight, and keeping the chosen one there. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { narrow } from "../narrow";

/** Heights of a row in px, as the style sheet has them. */
const ROW_PX = 40;
const ROW_NARROW_PX = 48;
const HEAD_PX = 36;
const SPARE = 10;

export interface Seen {
  first: number;
  last: number;
  /** Of one row, in px. */
  height: number;
}

export function useWindow(box: RefObject<HTMLDivElement | null>, count: number, selected: number): Seen {
  const height = narrow.value ? ROW_NARROW_PX : ROW_PX;
  const first = useSignal(0);
  const size = useSignal(30);
  const look = (): void => {
    const here = box.current;
    if (!here) return;
    // In steps, so that scrolling by a pixel draws nothing anew.
    first.value = Math.max(0, Math.floor(here.scrollTop / height / SPARE) * SPARE - SPARE);
    size.value = Math.ceil(here.clientHeight / height / SPARE) * SPARE + 3 * SPARE;
  };
  useEffect(() => {
    const here = box.current;
    look();
    here?.addEventListener("scroll", look, { passive: true });
    window.addEventListener("resize", look);
    return () => {
      here?.removeEventListener("scroll", look);
      window.removeEventListener("resize", look);
    };
  }, [height, count === 0]);
  useEffect(look, [count]);
  useEffect(() => { if (selected >= 0) reveal(box.current, selected, height); }, [selected]);
  const start = Math.min(first.value, Math.max(0, count - size.value));
  return { first: start, last: Math.min(count, start + size.value), height };
}

function reveal(box: HTMLDivElement | null, index: number, height: number): void {
  if (!box) return;
  const foot = box.querySelector("tfoot")?.getBoundingClientRect().height ?? 0;
  const [top, bottom] = [index * height, (index + 1) * height];
  const room = box.clientHeight - HEAD_PX - foot;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + room) box.scrollTop = bottom - room;
}
