/** The words of one room of the desk, in files of their own that are read with the room. */
import { effect, signal } from "@preact/signals";
import { language, type Language } from "./words";

export type Places = Record<string, string | number>;

export interface Room<Key extends string> {
  /** The sentence in the reader's language, its {places} filled. */
  say: (text: Key, places?: Places) => string;
  /** The same for a key the server made up, or other words when it is newer than this page. */
  sayOr: (text: string, otherwise: string) => string;
  /** Whether the words are here; until then a page has nothing to show. */
  worded: () => boolean;
}

/** One room's words: `files` reads each language's dictionary when somebody speaks it. */
export function room<Key extends string>(
  files: Record<Language, () => Promise<Record<Key, string>>>,
): Room<Key> {
  const dictionary = signal<Partial<Record<string, string>>>({});
  effect(() => {
    const chosen = language.value;
    void files[chosen]().then((read) => {
      if (language.peek() === chosen) dictionary.value = read;
    }, () => undefined); // Without a network the old language stays, as in chooseLanguage.
  });
  const say = (text: Key, places: Places = {}): string =>
    (dictionary.value[text] ?? text).replace(/\{(\w+)\}/g, (place, name: string) => String(places[name] ?? place));
  return {
    say,
    sayOr: (text, otherwise) => (text in dictionary.value ? say(text as Key) : otherwise),
    worded: () => Object.keys(dictionary.value).length > 0,
  };
}
