/** How much waits behind a page of the navigation: one entry for each that has something to wait. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../api/client";
import { follow, type FeedRow } from "../poller";
import { me } from "../session";
import { PASSIVE } from "./ask";

interface Waiting {
  path: string;
  permission: string;
  concerns: (row: FeedRow) => boolean;
  /** How many, or "99+"; "" for none. */
  count: () => Promise<string>;
}

const MOST = 99;

const WAITING: readonly Waiting[] = [
  {
    path: "/counts", permission: "counts.decide", concerns: ({ topic }) => topic.startsWith("count."),
    count: () => call("get", "/api/v1/counts", { query: { state: ["finished"], limit: MOST + 1 }, headers: PASSIVE }).then(counted),
  },
  {
    path: "/exceptions", permission: "exceptions.read", concerns: ({ topic }) => topic.startsWith("exception."),
    count: () => call("get", "/api/v1/exceptions/counts", { headers: PASSIVE }).then(({ rows }) => many(rows.reduce((all, { count }) => all + count, 0))),
  },
  {
    path: "/alerts", permission: "alerts.write", concerns: ({ topic }) => topic.startsWith("alert."),
    count: () => call("get", "/api/v1/alerts/counts", { headers: PASSIVE }).then(({ rows }) =>
      many(rows.filter(({ level, state }) => level === "red" && state === "triggered").reduce((all, { count }) => all + count, 0))),
  },
];

/** By path of the page. */
export const badges = signal<Record<string, string>>({});

function counted({ rows }: { rows: readonly unknown[] }): string {
  return rows.length > MOST ? `${MOST}+` : rows.length ? String(rows.length) : "";
}

function many(n: number): string {
  return n > MOST ? `${MOST}+` : n ? String(n) : "";
}

/** Keeps the badges true while the navigation is on the screen. */
export function useBadges(): void {
  useEffect(() => {
    const mine = WAITING.filter(({ permission }) => me.value?.permissions?.includes(permission));
    const read = (some: readonly Waiting[]): Promise<unknown> => Promise.all(some.map(async ({ path, count }) => {
      const text = await count().catch(() => "");
      badges.value = { ...badges.peek(), [path]: text };
    }));
    void read(mine);
    return follow((rows) => read(mine.filter(({ concerns }) => rows.some(concerns))));
  }, []);
}
