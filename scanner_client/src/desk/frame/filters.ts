/** Filters live in the address: a link shows what its sender saw, Back goes back to it. */
import { useEffect, useRef } from "preact/hooks";
import { ask, query } from "../../route";

export interface Filters<N extends string> {
  values: Record<N, string>;
  /** Whether any of them is set. */
  isSet: boolean;
  set: (changes: Partial<Record<N, string>>) => void;
  clear: () => void;
  /** The same text for the same values: what effects and memos depend on. */
  key: string;
}

/** These names of the query, "" where the address says nothing. */
export function useFilters<N extends string>(...names: N[]): Filters<N> {
  const values = Object.fromEntries(names.map((name) => [name, query.value.get(name) ?? ""])) as Record<N, string>;
  const key = JSON.stringify(values);
  const kept = useRef({ key, values });
  if (kept.current.key !== key) kept.current = { key, values };
  return {
    values: kept.current.values,
    key,
    isSet: names.some((name) => values[name] !== ""),
    set: (changes) => ask(changes as Record<string, string>),
    clear: () => ask(Object.fromEntries(names.map((name) => [name, ""]))),
  };
}

/** Acts `ms` after the last call: for search fields. */
export function useLater(act: (text: string) => void, ms: number): (text: string) => void {
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (text) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => act(text), ms);
  };
}
