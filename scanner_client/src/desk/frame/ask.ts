/** Asking the server for what a page shows, and keeping it true as the feed goes on. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { follow, type FeedRow } from "../poller";
import { wordsFor } from "./work";

export interface Asked<T> {
  /** Null: not answered yet. While it is asked anew the last answer stays. */
  answer: T | null;
  /** Why the last question failed, in words; "" if it did not. */
  problem: string;
  again: () => Promise<void>;
}

interface Options {
  /** Whether news of the feed concern the answer; it is then asked again by itself. */
  concerns?: (row: FeedRow) => boolean;
  /** Not more often than this, however much happens: for answers that cost something. */
  least_ms?: number;
}

/** What the page asks by itself does not keep an idle session alive. */
export const PASSIVE = { "X-Passive": "1" };

/** PASSIVE when nobody asked. */
export function by(passive: boolean): Record<string, string> {
  return passive ? PASSIVE : {};
}

/**
 * Calls `load` at once, whenever `key` changes, and when the feed brings what concerns it. `passive`
 * is true when nobody asked for it: send `by(passive)` along.
 */
export function useAsk<T>(key: string, load: (passive: boolean) => Promise<T>, options: Options = {}): Asked<T> {
  const state = useSignal<{ key: string; answer: T | null; problem: string }>({ key, answer: null, problem: "" });
  const latest = useRef({ key, load, at: 0, late: 0, options });
  Object.assign(latest.current, { key, load, options });

  const read = async (passive: boolean): Promise<void> => {
    const asked = latest.current.key;
    latest.current.at = Date.now();
    try {
      const answer = await latest.current.load(passive);
      if (asked === latest.current.key) state.value = { key: asked, answer, problem: "" };
    } catch (error) {
      if (asked === latest.current.key) state.value = { ...state.peek(), key: asked, problem: wordsFor(error) };
    }
  };
  useEffect(() => {
    if (state.peek().key !== key) state.value = { key, answer: null, problem: "" };
    void read(false);
  }, [key]);
  useEffect(() => {
    const stop = follow(async (rows) => {
      const { concerns, least_ms = 0 } = latest.current.options;
      if (!concerns || !rows.some(concerns) || latest.current.late) return;
      const wait = latest.current.at + least_ms - Date.now();
      if (wait <= 0) return read(true);
      latest.current.late = window.setTimeout(() => { latest.current.late = 0; void read(true); }, wait);
    });
    return () => {
      stop();
      clearTimeout(latest.current.late);
    };
  }, []);
  const { answer, problem } = state.value.key === key ? state.value : { answer: null, problem: "" };
  return { answer, problem, again: () => read(false) };
}
