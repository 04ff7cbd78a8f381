/** What a print job is, seen from a desk: how far, in doubt or not, and what may be done with it. */
import type { Job, Printer } from "./api";

export const ENDED = ["confirmed", "unverified", "failed", "expired", "cancelled"];
/** Only a look at the paper can tell what came out. */
const LOOK = "check_last_label";
/** Its station was not heard: a person may let it go on elsewhere. */
const LOST = "station_lost";

export type Action = "cancel" | "redirect" | "resume" | "reprint";
export type Tone = "fine" | "wait" | "bad" | "";

export function isEnded(job: Job): boolean {
  return ENDED.includes(job.state);
}

/** What a person may do with it now, the likely one first. */
export function actionsOf(job: Job): Action[] {
  if (isEnded(job)) return ["reprint"];
  return job.state === "paused" && !goesOnAlone(job) ? ["resume", "redirect", "cancel"] : ["redirect", "cancel"];
}

/** Its station still has it: mending the printer is enough. */
export function goesOnAlone(job: Job): boolean {
  return Boolean(job.leased_until) && ![LOOK, LOST].includes(job.reason);
}

/** Whether going on needs the number of the last good label. */
export function asksPaper(job: Job): boolean {
  if (job.reason === LOOK) return true;
  return job.numbered && (job.reason === LOST || job.sent > job.confirmed);
}

export function toneOf(job: Job): Tone {
  if (["paused", "failed"].includes(job.state)) return "bad";
  if (job.state === "expired" || job.doubtful.length > 0) return "wait";
  return job.state === "confirmed" ? "fine" : "";
}

export function printerTone(state: string): Tone {
  if (["paused", "offline"].includes(state)) return "bad";
  return state === "unknown" ? "wait" : "fine";
}

/** "3, 5–8": numbers as people write them. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const number of sorted) {
    const last = runs[runs.length - 1];
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`)).join(", ");
}

/** "3, 5-8" as numbers up to `most`; null when it is something else. */
export function numbersIn(typed: string, most: number): number[] | null {
  const found = new Set<number>();
  for (const part of typed.split(/[,;，；、\s]+/).filter(Boolean)) {
    const run = /^(\d{1,6})(?:[-–](\d{1,6}))?$/.exec(part);
    if (!run) return null;
    const [first, last] = [Number(run[1]), Number(run[2] ?? run[1])];
    if (first < 1 || last > most || first > last) return null;
    for (let number = first; number <= last; number++) found.add(number);
  }
  return [...found].sort((a, b) => a - b);
}

/** Jobs of one printer: what is to come in the order it will, then what ended, the latest first. */
export function ordered(jobs: readonly Job[]): Job[] {
  const [open, ended] = [jobs.filter((job) => !isEnded(job)), jobs.filter(isEnded)];
  open.sort((a, b) => running(b) - running(a) || b.priority - a.priority
    || a.created_at.localeCompare(b.created_at));
  ended.sort((a, b) => b.created_at.localeCompare(a.created_at));
  return [...open, ...ended];
}

function running(job: Job): number {
  return job.state === "queued" ? 0 : 1;
}

/** Whether labels of this size may be printed there. */
export function fits(printer: Printer, size_mm: readonly [number, number]): boolean {
  const media = printer.media;
  if (!media) return false;
  return Math.abs(media.width_mm - size_mm[0]) <= 1 && Math.abs(media.height_mm - size_mm[1]) <= 1;
}
