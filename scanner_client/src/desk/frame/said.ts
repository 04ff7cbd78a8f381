/** What just happened, in one line at the foot of the page: it stays until something else happens. */
import { signal } from "@preact/signals";

export interface Said {
  text: string;
  tone: "fine" | "bad";
  /** Where the thing it speaks of is. */
  link?: { to: string; text: string };
}

export const said = signal<Said | null>(null);

export function say(text: string, link?: Said["link"]): void {
  said.value = { text, tone: "fine", ...(link && { link }) };
}

export function sayProblem(text: string): void {
  said.value = { text, tone: "bad" };
}
