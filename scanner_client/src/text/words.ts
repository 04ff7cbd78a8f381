/** The app's words: Chinese is the source, English must have the same keys and the same places. */
import { signal } from "@preact/signals";
import type { zh } from "./zh";

export type Language = "zh" | "en";
export type Text = keyof typeof zh;
type Dictionary = Record<Text, string>;
/** A name in both languages; `code` when it has neither. */
export interface Name {
  zh: string;
  en: string;
  code: string;
}
/** A sentence with what goes into it, still without a language. */
export type Words = [Text, Fields?];
export interface Fields {
  [place: string]: string | Name | Words;
}

/** One file each: nobody reads the other language's before asking for it. */
const FILES: Record<Language, () => Promise<Dictionary>> = {
  zh: () => import("./zh").then((read) => read.zh),
  en: () => import("./en").then((read) => read.en),
};
const dictionary = signal<Partial<Dictionary>>({});
const KEPT = "stockturn.language";
const NAME_MOST = 30;

type Refusals = Record<string, Record<Language, string>>;

/** The server's own sentences, read apart: the first screen does not need them. */
const refusals = signal<Refusals>({});
export const refusalsRead = import("../../../server/text/errors.json").then((read) => {
  refusals.value = read.default;
});

export const language = signal<Language>(firstLanguage());

/** Speak this language as soon as its words are here; without a network the old one stays. */
export async function chooseLanguage(chosen: Language): Promise<void> {
  try {
    dictionary.value = await FILES[chosen]();
  } catch {
    return;
  }
  language.value = chosen;
  localStorage.setItem(KEPT, chosen);
  document.documentElement.lang = chosen;
}

/** The sentence in the reader's language. */
export function t(text: Text, fields: Fields = {}): string {
  return filled(dictionary.value[text] ?? text, fields);
}

export function said([text, fields]: Words): string {
  return t(text, fields);
}

/** The name in the reader's language, else in the other one, else the code. */
export function nameOf(name: { name_zh: string; name_en: string; sku?: string; code?: string }): string {
  return named({ zh: name.name_zh, en: name.name_en, code: name.sku ?? name.code ?? "" });
}

/** What a code of the server means, in the words the server itself would use. */
export function refusal(code: string, fields: Record<string, unknown> = {}): string {
  const worded = refusals.value[code];
  if (!worded) return t("error_code", { code });
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return filled(worded[language.value], Object.fromEntries(texts));
}

function filled(sentence: string, fields: Fields): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = fields[name];
    if (value === undefined) return place;
    if (typeof value === "string") return value;
    return Array.isArray(value) ? said(value) : clipped(named(value));
  });
}

/** Inside a sentence a name must leave room for the rest of it. */
function clipped(name: string): string {
  return [...name].length > NAME_MOST ? `${[...name].slice(0, NAME_MOST - 1).join("")}…` : name;
}

function named(name: Name): string {
  return (language.value === "zh" ? name.zh || name.en : name.en || name.zh) || name.code;
}

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT) ?? navigator.language;
  return kept.startsWith("zh") ? "zh" : "en";
}
