/** Ways to say what is printed, and which of them a design can be filled by. */
import { NOTHING_WANTED, type Design, type Printer, type Wanted } from "./api";
import { fits } from "./jobs";
import { readPasted, type Pasted } from "./things";

export type Way = "locations" | "items" | "units" | "numbers" | "table" | "sample";

/** What somebody chose so far on the print page. */
export interface Choice {
  design: string;
  language: "zh" | "en";
  way: Way;
  site: string;
  zone: string;
  codes: string;
  table: string;
  owner: string;
  item: string;
  count: number;
  arrow: string;
  aisles: boolean;
  copies: number;
  /** A printer's id, "pdf", or the name of a sheet. */
  where: string;
  first_cell: number;
}

export const NUMBER_KINDS = ["sscc", "lpn", "serial"] as const;
const A4_MM = [210, 297] as const;
const UNIT_FIELDS = ["lpn", "tote"];
export const SHEETS: Record<string, { cells: number; columns: number; cell_mm: [number, number] }> = {
  "a4-24": { cells: 24, columns: 3, cell_mm: [63.5, 33.9] },
  "a4-65": { cells: 65, columns: 5, cell_mm: [38.1, 21.2] },
};

function has(design: Design, ...names: string[]): boolean {
  return design.document.fields.some((field) => names.includes(field.name));
}

/** The usual way first. */
export function waysOf(design: Design): Way[] {
  const ways: Way[] = [];
  if (has(design, "location")) ways.push("locations");
  if (has(design, ...NUMBER_KINDS)) ways.push("numbers");
  if (has(design, ...UNIT_FIELDS)) ways.push("units");
  if (has(design, "sku") && !has(design, "lot", "serial")) ways.push("items");
  return [...ways, "table", "sample"];
}

/** Which kind of number a design bears. */
export function numberKind(design: Design): Wanted["numbers"] {
  return NUMBER_KINDS.find((kind) => has(design, kind)) ?? "lpn";
}

/** Sheets whose cells this design fits. */
export function sheetsFor(design: Design): string[] {
  return Object.keys(SHEETS).filter((name) =>
    SHEETS[name]!.cell_mm.every((side, at) => Math.abs(side - design.document.size_mm[at]!) <= 0.5));
}

/** The sheet this design would fill in a printer of documents with A4 in it; "" for none. */
export function sheetOn(printer: Printer, design: Design): string {
  return printer.language === "pdf" && fits(printer, A4_MM) ? (sheetsFor(design)[0] ?? "") : "";
}

/** Whether this design may be printed there, by itself or as cells of a sheet. */
export function takes(printer: Printer, design: Design): boolean {
  return fits(printer, design.document.size_mm) || sheetOn(printer, design) !== "";
}

/** What was pasted as a table, by the design's own names for its fields. */
export function pasted(choice: Choice, design: Design): Pasted {
  return readPasted(choice.table, design.document.fields.map(({ name, title }) => ({
    name, titles: typeof title === "string" ? [title] : Object.values(title ?? {}),
  })));
}

/** The order as the server wants it; null while nothing is chosen. */
export function wantedOf(choice: Choice, design: Design, codes: readonly string[]): Wanted | null {
  const asked = askedFor(choice, design, codes);
  return asked && { ...NOTHING_WANTED, ...asked };
}

const ANY = { category: null, kind: null, prefix: null, q: null, site: null, unlabelled: null, zone: null };
type Asked = Partial<Wanted> & Pick<Wanted, "kind">;

function askedFor(choice: Choice, design: Design, codes: readonly string[]): Asked | null {
  const extra = choice.arrow && has(design, "arrow") ? { extra: { arrow: choice.arrow } } : {};
  switch (choice.way) {
    case "locations": {
      const asked = choice.zone ? { match: { ...ANY, zone: choice.zone } } : codes.length ? { codes: [...codes] } : null;
      return asked && { kind: "locations", site: choice.site, separators: choice.aisles, ...asked, ...extra };
    }
    case "items":
    case "units":
      return codes.length ? { kind: choice.way, codes: [...codes], ...extra } : null;
    case "numbers":
      return numbersOf(choice, design);
    case "table": {
      const { rows } = pasted(choice, design);
      return rows.length ? { kind: "data", data: rows, ...extra } : null;
    }
    case "sample":
      return { kind: "data", data: [sampleOf(design, choice.language)], ...extra };
  }
}

function numbersOf(choice: Choice, design: Design): Asked | null {
  const numbers = numberKind(design);
  if (choice.count < 1 || (numbers === "serial" && !choice.item)) return null;
  const { owner, item, count } = choice;
  return { kind: "numbers", numbers, count, ...(owner && { owner }), ...(numbers === "serial" && { item }) };
}

/** The design's own example. */
export function sampleOf(design: Design, language: "zh" | "en"): Record<string, string> {
  const pairs = design.document.fields.map(({ name, sample }) => [
    name, typeof sample === "string" ? sample : (sample?.[language] ?? ""),
  ]);
  return Object.fromEntries(pairs.filter(([, value]) => value)) as Record<string, string>;
}
