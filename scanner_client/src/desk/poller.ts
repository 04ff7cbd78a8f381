/** Follows the change feed: asks each second, and costs next to nothing while nothing changes. */
import { signal } from "@preact/signals";
import { poll, Problem } from "../api/client";
import type { components } from "../api/schema";

export type FeedRow = components["schemas"]["FeedRow"];
/** Told what is new; the next question waits for it. */
export type Follower = (rows: FeedRow[]) => Promise<unknown>;

export const EVERY_MS = 1000;

/** Whether the last question was answered, and when one last was. */
export const following = signal({ well: true, at: Date.now() });

const followers = new Set<Follower>();
let stop: (() => void) | null = null;

/** Calls `changed` whenever something came, until the returned function is called. However many
 * parts of the desk follow, the server is asked once. */
export function follow(changed: Follower): () => void {
  followers.add(changed);
  stop ??= ask();
  return () => {
    followers.delete(changed);
    if (followers.size || !stop) return;
    stop();
    stop = null;
  };
}

function ask(): () => void {
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
        const { rows } = news.answer;
        if (rows.length) await Promise.all([...followers].map((changed) => changed(rows)));
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
