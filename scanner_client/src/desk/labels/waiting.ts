/** What somebody chose to print that goes onto labels of several kinds: one kind after the other. */
import { signal } from "@preact/signals";
import { designs } from "./designs_data";
import { choose, chooseDesign } from "./print_data";
import { waysOf, type Way } from "./ways";

export interface Meant {
  code: string;
  site: string;
  /** Null: of nothing that has a label of its own. */
  way: Way | null;
}

export interface Group {
  way: Way;
  site: string;
  codes: string[];
}

/** Groups that wait for their turn on the print page. */
export const waiting = signal<Group[]>([]);
/** Codes no label can be chosen for. */
export const leftOver = signal<string[]>([]);

/** One group for each kind at each site, the largest first; nothing is lost. */
export function grouped(found: readonly Meant[]): { groups: Group[]; left: string[] } {
  const groups = new Map<string, Group>();
  const left: string[] = [];
  for (const { code, site, way } of found) {
    if (!way) {
      left.push(code);
      continue;
    }
    const key = `${way}/${site}`;
    const group = groups.get(key) ?? { way, site, codes: [] };
    if (!group.codes.includes(code)) group.codes.push(code);
    groups.set(key, group);
  }
  return { groups: [...groups.values()].sort((a, b) => b.codes.length - a.codes.length), left };
}

/** Ready to be printed; the others wait. */
export function begin({ groups, left }: { groups: Group[]; left: string[] }): void {
  [waiting.value, leftOver.value] = [groups, left];
  const [first] = groups;
  if (first) takeUp(first);
}

/** This group's labels, on a design that can bear them. */
export function takeUp(group: Group): void {
  const design = designs.value?.find((each) => waysOf(each).includes(group.way) && each.document.media === "label");
  if (design) chooseDesign(design.name);
  choose({ way: group.way, site: group.site, zone: "", codes: group.codes.join("\n") });
  waiting.value = waiting.value.filter((each) => each !== group);
}
