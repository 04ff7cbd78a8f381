/** A list that comes a page at a time: more as one scrolls, the first page kept true by the feed. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useAsk, type Asked } from "../frame/ask";
import type { FeedRow } from "../poller";

interface Page {
  rows: object[];
  next_cursor: string | null;
}

type RowsOf<A extends Page> = A["rows"][number][];

export interface Paged<A extends Page> {
  asked: Asked<A>;
  rows: RowsOf<A>;
  more: boolean;
  next: () => void;
}

interface Options {
  concerns?: (row: FeedRow) => boolean;
  least_ms?: number;
}

/** `load` reads the page behind `cursor`, "" for the first. */
export function usePaged<A extends Page>(
  key: string, load: (cursor: string, passive: boolean) => Promise<A>, options: Options = {},
): Paged<A> {
  const asked = useAsk(key, (passive) => load("", passive), options);
  const state = useSignal<{ of: A | null; rows: RowsOf<A>; next: string | null; busy: boolean }>({ of: null, rows: [], next: null, busy: false });
  const answer = asked.answer;
  useEffect(() => {
    state.value = { of: answer, rows: answer?.rows ?? [], next: answer?.next_cursor ?? null, busy: false };
  }, [answer]);
  const next = (): void => {
    const before = state.value;
    if (!before.next || before.busy) return;
    state.value = { ...before, busy: true };
    load(before.next, false).then(
      (page) => {
        if (state.value.of === before.of) state.value = { ...before, rows: [...before.rows, ...page.rows], next: page.next_cursor, busy: false };
      },
      // What is here stays; scrolling again asks again.
      () => { if (state.value.of === before.of) state.value = before; },
    );
  };
  const current = state.value.of === answer;
  return { asked, rows: current ? state.value.rows : (answer?.rows ?? []), more: Boolean(current ? state.value.next : answer?.next_cursor), next };
}
