/** Follows the change feed: asks each second, and costs next to nothing while nothing changes. */
import { signal } from "@preact/signals";
import { poll, Problem } from "../api/client";

export const EVERY_MS = 1000;

/** Whether the last question was answered, and when one last was. */
export const following = signal({ well: true, at: Date.now() });

/** Calls `changed` and waits for it whenever something came, until the returned function is called. */
export function follow(changed: () => Promise<unknown>): () => void {
  let [etag, cursor] = ["", "head"];
  let stopped = false;
  let timer = 0;

  const turn = async (): Promise<void> => {
    try {
      const news = await poll("/api/v1/feed", etag, { cursor, limit: 500 });
      following.value = { well: true, at: Date.now() };
      if (news && !stopped) {
        etag = news.etag;
        cursor = String(news.answer.cursor);
        if (news.answer.rows.length) await changed();
      }
    } catch (error) {
      following.value = { ...following.value, well: false };
      // Behind a restored backup the old numbers mean nothing: go on from its head.
      if (error instanceof Problem && error.code === "bad_cursor") [etag, cursor] = ["", "head"];
    }
    if (!stopped) timer = window.setTimeout(() => void turn(), EVERY_MS);
  };
  void turn();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
