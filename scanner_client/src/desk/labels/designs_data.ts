/** The designs in force, read once and again when one is saved. */
import { signal } from "@preact/signals";
import { loadDesigns, type Design } from "./api";
import { inWords } from "./words";

/** Null: not answered yet. */
export const designs = signal<Design[] | null>(null);

export async function readDesigns(): Promise<void> {
  designs.value = await loadDesigns();
}

export function designTitle(name: string): string {
  return inWords(designs.value?.find((design) => design.name === name)?.document.title, name);
}
