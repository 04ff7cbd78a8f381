/** The words of the label pages, read with them: a handheld never loads these. */
import { computed, effect, signal } from "@preact/signals";
import { language, type Language } from "../../text/words";
import type { zh } from "./labels_zh";

export type LabelText = keyof typeof zh;
type Dictionary = Record<LabelText, string>;
/** A sentence in both languages, as designs carry them; a plain text is for both. */
export type Bilingual = string | { zh?: string; en?: string } | undefined;

const FILES: Record<Language, () => Promise<Dictionary>> = {
  zh: () => import("./labels_zh").then((read) => read.zh),
  en: () => import("./labels_en").then((read) => read.en),
};
const dictionary = signal<Partial<Dictionary>>({});

effect(() => {
  const chosen = language.value;
  void FILES[chosen]().then((read) => {
    if (language.value === chosen) dictionary.value = read;
  });
});

/** Whether the words are here. */
export const worded = computed(() => Object.keys(dictionary.value).length > 0);

/** The sentence in the reader's language. */
export function l(text: LabelText, fields: Record<string, string | number> = {}): string {
  const sentence = dictionary.value[text] ?? text;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => String(fields[name] ?? place));
}

/** The sentence for a code of the server, or other words when it is newer than this page. */
export function wordedOr(key: string, otherwise: string): string {
  return key in dictionary.value ? l(key as LabelText) : otherwise;
}

/** What a design calls something, in the reader's language. */
export function inWords(words: Bilingual, otherwise = ""): string {
  if (typeof words === "string") return words || otherwise;
  const { zh = "", en = "" } = words ?? {};
  return (language.value === "zh" ? zh || en : en || zh) || otherwise;
}
