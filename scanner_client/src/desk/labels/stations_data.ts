/** Printers and their jobs, as the feed changes them. */
import { computed, signal } from "@preact/signals";
import { query } from "../../route";
import { moment } from "../format";
import { sites } from "../frame/places";
import { loadJobs, loadPrinters, type Job, type Printer } from "./api";
import { ordered } from "./jobs";

/** Null: not answered yet. */
export const printers = signal<Printer[] | null>(null);
export const jobs = signal<Job[]>([]);

const chosenId = computed(() => query.value.get("job") ?? "");
export const chosenJob = computed(() => jobs.value.find((job) => job.id === chosenId.value) ?? null);

/** Jobs in the order of the screen: column by column. */
export const onScreen = computed(() =>
  (printers.value ?? []).flatMap((printer) => jobsOf(printer)));

export function jobsOf(printer: Printer): Job[] {
  return ordered(jobs.value.filter((job) => job.printer === printer.id));
}

export async function loadStations(again: boolean): Promise<void> {
  [printers.value, jobs.value] = await Promise.all([loadPrinters(again), loadJobs(again)]);
}

/** "2026-11-23 08:15" at the site. */
export function atSite(instant: string, site: string): string {
  return moment(instant, sites.value.find((each) => each.code === site)?.time_zone ?? "UTC");
}
