/** What a station's reason means and how to mend it: the words the station itself uses. */
import { signal } from "@preact/signals";
import { language, type Language } from "../../text/words";

type Faults = Record<string, Record<Language, string[]>>;

const faults = signal<Faults>({});
void import("../../../../labels/station/faults.json").then((read) => (faults.value = read.default));

/** The fault, and what to do about it; an unknown reason is its own name. */
export function faultOf(reason: string): { what: string; mend: string } {
  const [what = reason, mend = ""] = faults.value[reason]?.[language.value] ?? [];
  return { what, mend };
}
