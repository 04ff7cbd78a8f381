/** The words of the label pages, read with them: a handheld never loads these. */
import { computed } from "@preact/signals";
import { room } from "../../text/room";
import { language } from "../../text/words";
import type { zh } from "./labels_zh";

export type LabelText = keyof typeof zh;
/** A sentence in both languages, as designs carry them; a plain text is for both. */
export type Bilingual = string | { zh?: string; en?: string } | undefined;

const words = room<LabelText>({
  zh: () => import("./labels_zh").then((read) => read.zh),
  en: () => import("./labels_en").then((read) => read.en),
});

/** Whether the words are here. */
export const worded = computed(words.worded);

/** The sentence in the reader's language. */
export const l = words.say;

/** The sentence for a code of the server, or other words when it is newer than this page. */
export const wordedOr = words.sayOr;

/** What a design calls something, in the reader's language. */
export function inWords(words: Bilingual, otherwise = ""): string {
  if (typeof words === "string") return words || otherwise;
  const { zh = "", en = "" } = words ?? {};
  return (language.value === "zh" ? zh || en : en || zh) || otherwise;
}
