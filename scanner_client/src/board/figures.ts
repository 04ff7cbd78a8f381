/** The board's figures: asked for again and again, whatever happens to the network. */
import { signal } from "@preact/signals";
import type { components } from "../api/schema";
import { chooseLanguage, language } from "../text/words";

export type Figures = components["schemas"]["BoardFigures"];

export const EVERY_S = 5;
const PATIENCE_MS = 8_000;

/** as_of: when they were true, ms; gone: the address no longer works; well: the last question was answered. */
export const board = signal<{ figures: Figures | null; as_of: number; well: boolean; gone: boolean }>({
  figures: null, as_of: 0, well: true, gone: false,
});
export const seconds = signal(EVERY_S);

/** Asks at once and every few seconds, until the answer is that nobody is welcome; the way to stop it. */
export function watch(): () => void {
  let etag = "";
  let over = false;
  let asking = false;
  const look = async (): Promise<void> => {
    asking = true;
    try {
      etag = await read(etag);
    } catch {
      board.value = { ...board.value, well: false };
    }
    asking = false;
    over = board.value.gone;
    seconds.value = EVERY_S;
  };
  void look();
  const clock = window.setInterval(() => {
    if (over || asking) return;
    if (seconds.value > 1) seconds.value -= 1;
    else void look();
  }, 1_000);
  return () => clearInterval(clock);
}

async function read(etag: string): Promise<string> {
  const given = new AbortController();
  const patience = window.setTimeout(() => given.abort(), PATIENCE_MS);
  try {
    const token = location.hash.slice(1);
    const headers: Record<string, string> = { Accept: "application/json", "X-Passive": "1" };
    if (token) headers["Authorization"] = `Bearer ${token}`;
    if (etag) headers["If-None-Match"] = etag;
    const answer = await fetch(`/api/v1/board${location.search}`, { headers, cache: "no-store", signal: given.signal });
    if (answer.status === 401 || answer.status === 403) {
      board.value = { ...board.value, well: true, gone: true };
      return "";
    }
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    const as_of = Date.parse(answer.headers.get("X-As-Of") ?? "") || Date.now();
    const figures = answer.status === 304 ? board.value.figures : ((await answer.json()) as Figures);
    if (figures && figures.language !== language.value) await chooseLanguage(figures.language as "zh" | "en");
    board.value = { figures, as_of, well: true, gone: false };
    return answer.headers.get("ETag") ?? etag;
  } finally {
    clearTimeout(patience);
  }
}
