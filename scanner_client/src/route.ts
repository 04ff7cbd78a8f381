/** Where we are: path and query, as a signal. Filters live in the query, so a link says it all. */
import { computed, signal } from "@preact/signals";

const place = signal(new URL(location.href));

export const path = computed(() => place.value.pathname);
export const query = computed(() => place.value.searchParams);

window.addEventListener("popstate", () => (place.value = new URL(location.href)));

export function go(to: string): void {
  history.pushState(null, "", to);
  place.value = new URL(location.href);
}

/** Changes the query only; "" takes a name out. Typing in a search field makes no history. */
export function ask(changes: Record<string, string>): void {
  const next = new URL(location.href);
  for (const [name, value] of Object.entries(changes))
    if (value) next.searchParams.set(name, value);
    else next.searchParams.delete(name);
  history.replaceState(null, "", next);
  place.value = next;
}
