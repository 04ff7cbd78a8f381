/** The keys of a table, and which of its rows are marked. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useHotkeys, type Hotkey } from "../keyboard";
import { say } from "../said";
import { f } from "../words";
import { asTsv, fromTsv } from "./clipboard";
import type { Column } from "./columns";
import type { TableProps } from "./table";

export interface Marking<R> {
  /** The marked rows among those shown. */
  rows: readonly R[];
  has: (row: R) => boolean;
  toggle: ((row: R, span: boolean) => void) | null;
  toggleAll: (() => void) | null;
  onKeyDown: (event: KeyboardEvent) => void;
}

interface Bound<R extends object> extends TableProps<R> {
  box: RefObject<HTMLDivElement | null>;
  shown: readonly R[];
  seen: readonly Column<R>[];
  at: number;
}

const NONE: ReadonlySet<string> = new Set();

export function useTableKeys<R extends object>(table: Bound<R>): Marking<R> {
  const { shown, seen, at, id, onSelect, onOpen, onMark, marks = NONE, keys = true } = table;
  const lastMarked = useRef(-1);
  const rows = onMark ? shown.filter((row) => marks.has(id(row))) : [];
  const chosen = shown[at];

  const step = (to: number): void => {
    const row = shown[Math.min(Math.max(to, 0), shown.length - 1)];
    if (row) onSelect?.(row);
  };
  const toggle = (row: R, span: boolean): void => {
    const next = new Set(marks);
    const here = shown.indexOf(row);
    if (span && lastMarked.current >= 0) {
      const [from, to] = [lastMarked.current, here].sort((a, b) => a - b);
      shown.slice(from, to! + 1).forEach((each) => next.add(id(each)));
    } else if (!next.delete(id(row))) next.add(id(row));
    lastMarked.current = here;
    onMark!(next);
  };
  const toggleAll = (): void => onMark!(rows.length === shown.length ? NONE : new Set(shown.map(id)));
  const copied = (): string => {
    const wanted = rows.length ? rows : chosen ? [chosen] : [];
    if (wanted.length) say(f("table_copied", { n: wanted.length }));
    return wanted.length ? asTsv(wanted, seen) : "";
  };

  useHotkeys(!keys ? [] : [
    ...(onSelect ? walking(step, at, shown.length) : []),
    ...(onOpen ? [{ keys: ["Enter"], label: "Enter", text: f("key_open"), act: () => { if (chosen) onOpen(chosen); } }] : []),
    ...(onMark ? [
      { keys: ["x", " "], label: "X", text: f("key_mark"), act: () => { if (chosen) toggle(chosen, false); } },
    ] : []),
    { keys: [], label: "Ctrl C", text: f("key_copy"), act: () => undefined },
  ]);
  useClipboard(keys, copied, table.onPaste);
  return {
    rows,
    has: (row) => marks.has(id(row)),
    toggle: onMark ? toggle : null,
    toggleAll: onMark ? toggleAll : null,
    onKeyDown: (event) => {
      if (!onMark || event.key !== "a" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      toggleAll();
    },
  };
}

function walking(step: (to: number) => void, at: number, count: number): Hotkey[] {
  return [
    { keys: ["j", "ArrowDown"], label: "J  ↓", text: f("key_next"), act: () => step(at + 1) },
    { keys: ["k", "ArrowUp"], label: "K  ↑", text: f("key_previous"), act: () => step(at < 0 ? 0 : at - 1) },
    { keys: ["Home", "End"], label: "Home  End", text: f("key_first_last"), act: ({ key }) => step(key === "Home" ? 0 : count - 1) },
    { keys: ["PageDown"], label: "PgDn", text: f("key_next"), act: () => step(at + 15) },
    { keys: ["PageUp"], label: "PgUp", text: f("key_previous"), act: () => step(at - 15) },
  ];
}

/** Ctrl-C and Ctrl-V, unless a text is selected or typed in. */
function useClipboard(on: boolean, copied: () => string, onPaste?: (cells: string[][]) => void): void {
  const latest = useRef({ copied, onPaste });
  latest.current = { copied, onPaste };
  useEffect(() => {
    if (!on) return;
    const copy = (event: ClipboardEvent): void => {
      if (isElsewhere(event) || String(document.getSelection() ?? "")) return;
      const text = latest.current.copied();
      if (!text) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    };
    const paste = (event: ClipboardEvent): void => {
      if (isElsewhere(event) || !latest.current.onPaste) return;
      event.preventDefault();
      latest.current.onPaste(fromTsv(event.clipboardData?.getData("text/plain") ?? ""));
    };
    document.addEventListener("copy", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("paste", paste);
    };
  }, [on]);
}

function isElsewhere(event: ClipboardEvent): boolean {
  return event.target instanceof Element && event.target.closest("input, textarea, [aria-modal='true']") !== null;
}

