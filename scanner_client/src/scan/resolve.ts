/**
 * resolveReading: whose code it is, here and now, from the cached catalogue. The same as
 * server/domain/scans/{keys,meaning}.py.
 */
import { parse as quantityOf, plain } from "../quantity";
import { checkDigit } from "./gs1_content";
import { expandUpcE, gtin14, gtinForms } from "./gs1_keys";
import type { Reading } from "./read";

export { ScanError } from "./gs1";
export { readScan, type Reading, type Scan, type ScanRules } from "./read";

export type ThingKind = "item" | "location" | "handling_unit" | "document" | "user";
export type ScanKind = ThingKind | "command" | "choice" | "unknown";

/** One row of the barcode table, or the own code of a location, unit, document or badge. */
export interface BarcodeEntry {
  key: string;
  kind: ThingKind;
  target_id: string;
  packaging_id?: string;
  /** Base units in one scan of it; 1 when absent. */
  packaging_quantity?: string;
  /** The item's base unit is the kilogram. */
  by_weight?: boolean;
  /** Absent: the code means the same everywhere. */
  site_id?: string;
  lot?: string;
  serial?: string;
}

export interface ScanContext {
  /** Kinds the step asks for. */
  expected?: ScanKind[];
  document_items?: string[];
  location_items?: string[];
  site_id?: string;
  /** Item in hand: a second symbol may carry only its lot or dates. */
  item_id?: string;
}

/** Without target_ids the thing is not known here (yet); kind says what the code claims to be. */
export interface Meaning {
  kind: ScanKind;
  target_ids?: string[];
  code?: string;
  packaging_id?: string;
  packaging_quantity?: string;
  /** Base units. */
  quantity?: string;
  weight_kg?: string;
  price?: string;
  lot?: string;
  serial?: string;
  expiry?: string;
  best_before?: string;
  production_date?: string;
  alternatives?: Meaning[];
  why?: string[];
}

interface Aspect {
  name: string;
  keys: string[];
  /** Kinds of thing the keys may name; null: any. */
  kind: ThingKind | null;
}

const PREFIX_KINDS: Record<string, ThingKind | "command"> = {
  L: "location", T: "handling_unit", D: "document", W: "user", C: "command",
};
// What Python's str.strip() strips: the server compares codes with it.
const WHITESPACE = /^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g;

/** What codes are compared by: NFKC, trimmed, casefolded, as server/domain/codes.py does. */
export function codeKey(code: string): string {
  const text = code.normalize("NFKC").replace(WHITESPACE, "");
  // Letter by letter and there and back: lower case alone keeps ß and ς, and makes a final Σ a ς.
  return [...text].map(foldLetter).join("");
}

function foldLetter(letter: string): string {
  if (letter === "ı") return letter;
  return [...letter.toLowerCase().toUpperCase()].map((each) => each.toLowerCase()).join("");
}

/** Everything to look up, best first. */
export function lookupKeys(reading: Reading): string[] {
  return [...new Set(aspectsOf(reading).flatMap((aspect) => aspect.keys))];
}

/** What a reading means in this context; candidates are the rows found under lookupKeys(reading). */
export function resolveReading(
  reading: Reading, candidates: readonly BarcodeEntry[], context: ScanContext = {},
): Meaning {
  if (reading.prefix === "C") {
    return { ...meaningOf(reading, "command", ["command"]), code: codeKey(reading.code ?? "") };
  }
  const [found, aspect, how] = best(reading, candidates, context);
  if (found.length === 0) return unmatched(reading, context, how);
  const [entries, decided] = narrow(found, context);
  const why = [...how, ...decided];
  if (entries.length === 1) return matched(reading, entries[0]!, aspect, why);
  return {
    kind: "choice",
    code: codeOf(reading),
    alternatives: entries.map((entry) => matched(reading, entry, aspect, [])),
    why: [...reading.why, ...why, `ask among=${entries.length}`],
  };
}

// Keys

function aspectsOf(reading: Reading): Aspect[] {
  return allAspects(reading).filter((aspect) => aspect.keys.length > 0);
}

function allAspects(reading: Reading): Aspect[] {
  if (reading.kind === "prefixed") {
    const kind = PREFIX_KINDS[reading.prefix ?? ""] as ThingKind;
    return [{ name: "code", keys: codeKeys(reading.code ?? ""), kind }];
  }
  if (reading.kind === "in_store") return inStoreAspects(reading);
  if (reading.elements?.length) return elementAspects(reading);
  return [
    { name: "code", keys: codeKeys(reading.code ?? "", reading.gtin), kind: null },
    { name: "upc_e", keys: upcEKeys(reading), kind: null },
  ];
}

function codeKeys(code: string, known?: string): string[] {
  const key = codeKey(code);
  const gtin = known ?? gtin14(key);
  return [...new Set([key, ...(gtin ? gtinForms(gtin) : [])])].filter(Boolean);
}

/** Scanners without AIM identifier may send the 8 digits under a UPC-E symbol as they are. */
function upcEKeys(reading: Reading): string[] {
  const gtin12 = reading.aim ? null : expandUpcE(reading.code ?? "");
  return gtin12 ? gtinForms(gtin12.padStart(14, "0")) : [];
}

/** Shops enter such items with zeros for the weight, with the prefix, or by bare number. */
function inStoreAspects(reading: Reading): Aspect[] {
  const pattern = reading.pattern ?? "";
  const digits = [...reading.text].map((digit, at) => ({ digit, place: pattern.charAt(at) }));
  const prefixed = digits.filter(({ place }) => /[0-9I]/.test(place)).map(({ digit }) => digit).join("");
  const blank = digits
    .filter(({ place }) => place !== "C")
    .map(({ digit, place }) => ("WPX".includes(place) ? "0" : digit))
    .join("");
  const zeroed = blank + (pattern.endsWith("C") ? checkDigit(blank) : "");
  return [
    { name: "in_store_zeroed", keys: [zeroed], kind: "item" },
    { name: "in_store_prefix", keys: [prefixed], kind: "item" },
    { name: "in_store_item", keys: [reading.code ?? ""], kind: "item" },
    { name: "whole_code", keys: codeKeys(reading.text), kind: null },
  ];
}

function elementAspects(reading: Reading): Aspect[] {
  const values = new Map(reading.elements);
  const keysOf = (...ais: string[]) => ais.filter((ai) => values.has(ai)).map((ai) => codeKey(values.get(ai)!));
  return [
    { name: "sscc", keys: reading.sscc ? [reading.sscc, `00${reading.sscc}`] : [], kind: "handling_unit" },
    { name: "gtin", keys: reading.gtin ? gtinForms(reading.gtin) : [], kind: "item" },
    { name: "content", keys: reading.content_gtin ? gtinForms(reading.content_gtin) : [], kind: "item" },
    { name: "asset", keys: keysOf("8003", "8004"), kind: "handling_unit" },
    { name: "place", keys: placeKeys(values), kind: "location" },
    { name: "part", keys: keysOf("240", "241"), kind: "item" },
    { name: "document", keys: keysOf("400", "401", "402"), kind: "document" },
  ];
}

function placeKeys(values: Map<string, string>): string[] {
  const place = values.get("414");
  if (!place) return [];
  return [values.has("254") ? codeKey(`(414)${place}(254)${values.get("254")}`) : place];
}

// Meaning

function best(
  reading: Reading, candidates: readonly BarcodeEntry[], context: ScanContext,
): [BarcodeEntry[], string, string[]] {
  const aspects = aspectsOf(reading);
  const found = aspects
    .map((aspect) => ({ name: aspect.name, entries: entriesOf(aspect, candidates, context) }))
    .filter(({ entries }) => entries.length > 0);
  const wanted = found.find(({ entries }) => entries.some((each) => context.expected?.includes(each.kind)));
  const chosen = wanted ?? found[0];
  if (chosen) return [chosen.entries, chosen.name, [`found by=${chosen.name}`]];
  const elsewhere = candidates.some((each) => aspects.some((aspect) => aspect.keys.includes(each.key)));
  return [[], "", [elsewhere && context.site_id !== undefined ? "other_site" : "not_found"]];
}

function entriesOf(aspect: Aspect, candidates: readonly BarcodeEntry[], context: ScanContext): BarcodeEntry[] {
  return candidates.filter((each) => {
    const here = context.site_id === undefined || each.site_id === undefined || each.site_id === context.site_id;
    return here && aspect.keys.includes(each.key) && (aspect.kind === null || aspect.kind === each.kind);
  });
}

/** Drop what the step, the document or the place rule out, as long as something is left. */
function narrow(found: BarcodeEntry[], context: ScanContext): [BarcodeEntry[], string[]] {
  const rules: [string, (each: BarcodeEntry) => boolean][] = [
    ["expected_kind", (each) => context.expected?.includes(each.kind) ?? false],
    ["document", (each) => isItemOf(each, context.document_items)],
    ["location", (each) => isItemOf(each, context.location_items)],
  ];
  let entries = onceEach(found);
  const decided: string[] = [];
  for (const [name, fits] of rules) {
    const kept = entries.filter(fits);
    if (kept.length === 0 || kept.length === entries.length) continue;
    entries = kept;
    decided.push(`decided by=${name}`);
  }
  return [entries, decided];
}

/** One thing found under two spellings of its code is still one thing. */
function onceEach(entries: BarcodeEntry[]): BarcodeEntry[] {
  const unique = new Map<string, BarcodeEntry>();
  for (const each of entries) {
    const thing = JSON.stringify([each.kind, each.target_id, each.packaging_id, each.lot, each.serial]);
    if (!unique.has(thing)) unique.set(thing, each);
  }
  return [...unique.values()];
}

function isItemOf(entry: BarcodeEntry, items: string[] | undefined): boolean {
  return entry.kind === "item" && (items?.includes(entry.target_id) ?? false);
}

function matched(reading: Reading, entry: BarcodeEntry, aspect: string, why: string[]): Meaning {
  const meaning = { ...meaningOf(reading, entry.kind, why), target_ids: [entry.target_id] };
  // Somebody bound the whole in-store number to an item: then its digits are no weight.
  if (entry.kind !== "item" || aspect === "whole_code") {
    delete meaning.weight_kg;
    delete meaning.price;
  }
  if (entry.kind !== "item") return meaning;
  return {
    ...meaning,
    packaging_id: entry.packaging_id,
    packaging_quantity: entry.packaging_quantity ?? "1",
    quantity: quantityIn(reading, entry, meaning.weight_kg),
    lot: meaning.lot ?? entry.lot,
    serial: meaning.serial ?? entry.serial,
  };
}

/** AI 37 counts trade items of the code (boxes), AI 30 counts pieces. */
function quantityIn(reading: Reading, entry: BarcodeEntry, weight: string | undefined): string {
  if (entry.by_weight && weight !== undefined) return weight;
  const packed = entry.packaging_quantity ?? "1";
  if (reading.count === undefined) return packed;
  const countsPacks = reading.elements?.some(([ai]) => ai === "37");
  return countsPacks ? plain((quantityOf(packed) ?? 0n) * BigInt(reading.count)) : String(reading.count);
}

function unmatched(reading: Reading, context: ScanContext, why: string[]): Meaning {
  const hasElements = Boolean(reading.elements?.length);
  if (reading.prefix) return meaningOf(reading, PREFIX_KINDS[reading.prefix]!, why);
  if (reading.sscc) return meaningOf(reading, "handling_unit", why);
  if (hasElements && (reading.gtin || reading.content_gtin)) return meaningOf(reading, "item", why);
  if (reading.kind === "in_store") return meaningOf(reading, "item", why);
  if (hasElements && context.item_id !== undefined && !reading.gln) {
    return { ...meaningOf(reading, "item", ["item_in_hand"]), target_ids: [context.item_id] };
  }
  return meaningOf(reading, "unknown", why);
}

function meaningOf(reading: Reading, kind: ScanKind, why: string[]): Meaning {
  return {
    kind,
    code: codeOf(reading),
    weight_kg: reading.weight_kg,
    price: reading.price,
    lot: reading.lot,
    serial: reading.serial,
    expiry: reading.expiry,
    best_before: reading.best_before,
    production_date: reading.production_date,
    why: [...reading.why, ...why],
  };
}

function codeOf(reading: Reading): string {
  const named = reading.elements?.length ? reading.sscc ?? reading.gtin ?? reading.content_gtin : undefined;
  return named ?? (reading.code || reading.text);
}
