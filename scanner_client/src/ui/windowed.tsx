/** A long list of equal rows: only those in sight are elements. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface WindowedProps<T> {
  rows: readonly T[];
  height: number;
  selected: number;
  row: (row: T, index: number) => ComponentChildren;
  onEnd: () => void;
}

const SPARE = 8;

export function Windowed<T>({ rows, height, selected, row, onEnd }: WindowedProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const scroll = useSignal({ top: 0, height: 900 });
  const look = (): void => {
    const { scrollTop, clientHeight } = box.current!;
    scroll.value = { top: scrollTop, height: clientHeight };
  };
  useEffect(() => {
    look();
    window.addEventListener("resize", look);
    return () => window.removeEventListener("resize", look);
  }, []);
  const first = Math.max(0, Math.floor(scroll.value.top / height) - SPARE);
  const last = Math.min(rows.length, Math.ceil((scroll.value.top + scroll.value.height) / height) + SPARE);
  useEffect(() => { if (last >= rows.length) onEnd(); }, [last, rows.length]);
  useEffect(() => reveal(box.current!, selected, height), [selected]);
  return (
    <div class="windowed" ref={box} onScroll={look}>
      <div class="all" style={{ height: `${rows.length * height}px` }}>
        <div class="seen" style={{ transform: `translateY(${first * height}px)` }}>
          {rows.slice(first, last).map((each, index) => row(each, first + index))}
        </div>
      </div>
    </div>
  );
}

function reveal(box: HTMLDivElement, index: number, height: number): void {
  if (index < 0) return;
  const [top, bottom] = [index * height, (index + 1) * height];
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
