/** What is about to be printed: the choice so far, and the rows the server makes of it. */
import { computed, signal } from "@preact/signals";
import { language } from "../../text/words";
import { sites } from "../frame/places";
import { draw, handOut, planRows, queueJob, texts, type Row } from "./api";
import { designs } from "./designs_data";
import { printers } from "./stations_data";
import { codesOf } from "./things";
import { sheetOn, sheetsFor, SHEETS, takes, wantedOf, waysOf, type Choice } from "./ways";

export const PDF = "pdf";
const KEPT = "stockturn.printer";

const BEGINNING: Choice = {
  design: "location-60x40", language: language.value, way: "locations", site: "", zone: "", codes: "", table: "",
  owner: "", item: "", count: 1, arrow: "", aisles: false, copies: 1, where: "", first_cell: 1,
};

export const choice = signal<Choice>(BEGINNING);
/** The rows of the choice, as the server planned them. */
export const plan = signal<{ of: string; rows: Row[] }>({ of: "", rows: [] });

export const design = computed(() =>
  designs.value?.find((each) => each.name === choice.value.design) ?? designs.value?.[0] ?? null);
export const site = computed(() => choice.value.site || (sites.value[0]?.code ?? ""));
export const where = computed(() => choice.value.where || usualPlace());
export const wanted = computed(() => {
  if (!design.value) return null;
  const codes = codesOf(choice.value.codes);
  return wantedOf({ ...choice.value, site: site.value }, design.value, codes);
});
/** The sheet that is filled cell by cell; "" on a roll. */
export const sheet = computed(() => {
  if (where.value in SHEETS) return where.value;
  const printer = printers.value?.find((each) => each.id === where.value);
  return printer && design.value ? sheetOn(printer, design.value) : "";
});
/** What the plan depends on, as text: the same text needs no new plan. */
export const planKey = computed(() =>
  wanted.value ? JSON.stringify([design.value?.name, choice.value.language, wanted.value]) : "");

export function choose(changes: Partial<Choice>): void {
  choice.value = { ...choice.value, ...changes };
}

/** Another design can be filled in other ways and printed elsewhere. */
export function chooseDesign(name: string): void {
  const found = designs.value?.find((each) => each.name === name);
  const [way = "sample"] = found ? waysOf(found) : [];
  choose({ design: name, way, where: "", arrow: "" });
}

export async function makePlan(): Promise<void> {
  const key = planKey.value;
  if (!key) {
    plan.value = { of: "", rows: [] };
    return;
  }
  const rows = await planRows(design.value!.name, choice.value.language, wanted.value!);
  if (key === planKey.value) plan.value = { of: key, rows };
}

/** Into the queue of the chosen printer; the id makes a second press harmless. */
export function print(id: string) {
  const { language: words, copies, first_cell } = choice.value;
  localStorage.setItem(KEPT, where.value);
  return queueJob({
    id, printer: where.value, design: design.value!.name, wanted: wanted.value!, language: words, copies,
    dpi: null, first_cell: sheet.value ? first_cell : 1, hours: 8, media: "", priority: 5, sheet: sheet.value,
  });
}

/** A document of exact size, or sheets of sticky labels, to print from the browser. New numbers are
 * taken for good now; the id makes a second press bring the same ones. */
export async function makePdf(id: string): Promise<Blob> {
  const { language: words, copies, first_cell } = choice.value;
  const data = await numbered(rowsOfDesign().map((row) => texts(row.data)), id);
  return draw({
    design: design.value!.name, data, format: "pdf",
    language: words, sheet: sheet.value, first_cell: sheet.value ? first_cell : 1, copies,
  });
}

async function numbered(rows: Record<string, string>[], id: string): Promise<Record<string, string>[]> {
  const asked = wanted.value!;
  if (asked.kind !== "numbers") return rows;
  const { numbers: kind, owner, item } = asked;
  const codes = await handOut({ kind, owner, item, count: rows.length }, id);
  return rows.map((row, at) => ({ ...row, [kind]: codes[at]! }));
}

/** Rows of the design itself; separators need a printer. */
export function rowsOfDesign(): Row[] {
  return plan.value.rows.filter((row) => !row.design);
}


/** The printer this desk used last, another with the right labels in it, else a sheet, else PDF. */
function usualPlace(): string {
  const label = design.value;
  if (!label) return PDF;
  const ready = (printers.value ?? []).filter((each) => takes(each, label));
  const kept = ready.find((each) => each.id === localStorage.getItem(KEPT));
  return (kept ?? ready.find((each) => each.online) ?? ready[0])?.id ?? sheetsFor(label)[0] ?? PDF;
}
