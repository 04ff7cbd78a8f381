/** What every page speaks about: the sites and stock statuses, and which site is looked at. */
import { computed, signal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { ask, query } from "../../route";
import { nameOf } from "../../text/words";
import { me } from "../session";

export type Site = components["schemas"]["Site"];
export type Status = components["schemas"]["Status"];

const KEPT = "stockturn.site";
const kept = signal(localStorage.getItem(KEPT) ?? "");

export const sites = signal<Site[]>([]);
export const statuses = signal<Status[]>([]);

/** The site looked at by code, "" for all of them: the address's, else the one chosen last. */
export const site = computed(() => query.value.get("site") ?? (isKnown(kept.value) ? kept.value : ""));

/** The one site a person works in, however few are in sight: for forms that need one. */
export const oneSite = computed(() => site.value || (sites.value.length === 1 ? (sites.value[0]!.code ?? "") : ""));

export function chooseSite(code: string): void {
  kept.value = code;
  localStorage.setItem(KEPT, code);
  ask({ site: code });
}

/** Read by the frame before the first page; statuses only where the reader may. */
export async function loadPlaces(): Promise<void> {
  if (!me.value?.permissions?.includes("places.read")) return;
  const [places, states] = await Promise.all([
    call("get", "/api/v1/sites", { query: { limit: 500 } }),
    call("get", "/api/v1/statuses", { query: { limit: 500 } }),
  ]);
  sites.value = places.rows;
  statuses.value = states.rows;
}

/** The time zone of a site; without one the only site's, else the reader's own. */
export function zoneOf(code?: string | null): string {
  const found = sites.value.find((each) => each.code === code) ?? (sites.value.length === 1 ? sites.value[0] : undefined);
  return found?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}

export function siteName(code: string): string {
  const found = sites.value.find((each) => each.code === code);
  return found ? nameOf(namedBy(found)) : code;
}

export function statusName(code: string | null | undefined): string {
  const found = statuses.value.find((each) => each.code === code);
  return found ? nameOf(namedBy(found)) : (code ?? "");
}

/** Names of a row that may lack some of them. */
export function namedBy(row: { name_zh?: string | null; name_en?: string | null; code?: string; item?: string }) {
  return { name_zh: row.name_zh ?? "", name_en: row.name_en ?? "", code: row.item ?? row.code ?? "" };
}

function isKnown(code: string): boolean {
  return sites.value.some((each) => each.code === code);
}
