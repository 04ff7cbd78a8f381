/** The design being edited: every state it had, so that each change can be taken back. */
import { computed, signal } from "@preact/signals";
import { me } from "../session";
import type { Design } from "./api";
import type { DesignDocument } from "./document";

const STATES_MOST = 200;

export const original = signal<Design | null>(null);
const states = signal<DesignDocument[]>([]);

export const draft = computed(() => states.value[states.value.length - 1] ?? null);
export const changed = computed(() => states.value.length > 1);

export function edit(design: Design): void {
  original.value = design;
  states.value = [design.document];
}

export function change(next: DesignDocument): void {
  states.value = [...states.value.slice(-STATES_MOST), next];
}

export function undo(): void {
  if (states.value.length > 1) states.value = states.value.slice(0, -1);
}

/** A design nobody saved yet: its version is 0. */
export function blank(document: DesignDocument): Design {
  return { name: document.name, version: 0, shipped: false, numbered: false, document };
}

/** Whether this person may change designs, media and ranges. */
export function may(): boolean {
  return me.value?.permissions?.includes("labels.write") ?? false;
}
