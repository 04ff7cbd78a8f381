/**
 * readScan: what a code says. The same steps, in the same order, as server/domain/scans/reading.py;
 * docs/processes/scanning.md says why.
 */
import { isWebAddress, parseDigitalLink } from "./digital_link";
import {
  checkedContent, type Element, findPairings, GS, parseBracketed, parseElementString, ScanError,
} from "./gs1";
import { hasCheckDigit, isDigits } from "./gs1_content";
import { codeDate, gtin14, scaled } from "./gs1_keys";

export type ReadingKind = "plain" | "gs1" | "digital_link" | "prefixed" | "in_store";

export interface Scan {
  text: string;
  aim?: string | null;
}

export interface InStorePattern {
  /** "21IIIIIWWWWWC": digits themselves, I item, W weight in kg, P price, C check digit, X anything. */
  pattern: string;
  weight_decimals?: number;
  price_decimals?: number;
}

export interface ScanRules {
  reference_year: number;
  /** What the site's scanners send instead of GS. */
  separators?: string[];
  in_store?: InStorePattern[];
  /** Take a whole label without AIM identifier or FNC1 for GS1. */
  bare_gs1?: boolean;
}

export interface Reading {
  kind: ReadingKind;
  text: string;
  aim?: string;
  code?: string;
  prefix?: string;
  gtin?: string;
  content_gtin?: string;
  sscc?: string;
  gln?: string;
  lot?: string;
  serial?: string;
  expiry?: string;
  best_before?: string;
  sell_by?: string;
  production_date?: string;
  packaging_date?: string;
  /** AI 37, else AI 30. */
  count?: number;
  weight_kg?: string;
  gross_weight_kg?: string;
  price?: string;
  order_number?: string;
  pattern?: string;
  elements?: readonly Element[];
  why: string[];
}

export const PREFIXES = "LTDWC";
const LABEL_WHITESPACE = /^[ \t\r\n\0\ufeff]+|[ \t\r\n\0\ufeff]+$/g;
const AIM = /^\][A-UXZac-ehjoprsz][0-9A-Za-z]/;
const GS1_AIMS = ["]C1", "]e0", "]e1", "]d2", "]d5", "]Q3", "]Q4", "]J1"];
const EAN_LENGTHS: Record<string, number[]> = { "]E0": [13], "]E3": [15, 18], "]E4": [8] };
const ENVELOPE_START = "[)>\x1e";
const ENVELOPE = /^\[\)>\x1e05\x1d([^\x1e]*)\x1e?\x04?$/;

class Desk {
  why: string[] = [];

  constructor(readonly text: string, readonly aim: string | undefined, readonly rules: ScanRules) {
    if (aim) this.note(`aim id=${aim}`);
  }

  note(step: string): void {
    this.why.push(step);
  }

  reading(kind: ReadingKind, parts: Partial<Reading> = {}): Reading {
    return { kind, text: this.text, aim: this.aim, why: [...this.why], ...parts };
  }

  /** The text with the site's substitutes turned into GS. */
  separated(): string {
    return (this.rules.separators ?? []).reduce((text, each) => text.split(each).join(GS), this.text);
  }
}

/** The one reading of a scan. Throws ScanError only for a code that claims to be GS1 or EAN and is broken. */
export function readScan(scan: Scan, rules: ScanRules): Reading {
  const desk = open(scan, rules);
  for (const step of [byAim, byFnc1, bracketed, digitalLink, prefixed, inStore, bare]) {
    const reading = step(desk);
    if (reading) return reading;
  }
  return plainCode(desk);
}

function open(scan: Scan, rules: ScanRules): Desk {
  const text = trim(scan.text);
  const beside = scan.aim && scan.aim.length === 3 && AIM.test(scan.aim) ? scan.aim : undefined;
  const inFront = AIM.exec(text)?.[0];
  if (!inFront || (beside && beside !== inFront)) return new Desk(text, beside, rules);
  return new Desk(trim(text.slice(3)), inFront, rules);
}

function byAim(desk: Desk): Reading | null {
  if (!desk.aim) return null;
  if (GS1_AIMS.includes(desk.aim)) return gs1(desk, desk.separated());
  const lengths = EAN_LENGTHS[desk.aim];
  return lengths ? ean(desk, lengths) : null;
}

function ean(desk: Desk, lengths: number[]): Reading {
  const composite = /\|?\]e0/.exec(desk.text);
  const digits = composite ? desk.text.slice(0, composite.index) : desk.text;
  const gtin = eanGtin(digits, lengths);
  if (!composite) return inStore(desk) ?? plainCode(desk, gtin);
  const rest = parseElementString(desk.text.slice(composite.index + composite[0].length));
  desk.note(`composite elements=${rest.length}`);
  return fromElements(desk, "gs1", [["01", gtin], ...rest]);
}

function eanGtin(digits: string, lengths: number[]): string {
  if (!digits) throw new ScanError("empty_code");
  if (!lengths.includes(digits.length)) {
    throw new ScanError("bad_length", {
      ai: "01", value: digits.slice(0, 100), least: Math.min(...lengths), most: Math.max(...lengths),
    });
  }
  if (!isDigits(digits)) throw new ScanError("bad_charset", { ai: "01", value: digits });
  const gtin = gtin14(digits.slice(0, 13));
  if (!gtin) throw new ScanError("bad_check_digit", { ai: "01", value: digits });
  return gtin;
}

function byFnc1(desk: Desk): Reading | null {
  const envelope = ENVELOPE.exec(desk.text);
  if (envelope) {
    desk.note("envelope format=05");
    return gs1(desk, envelope[1]!);
  }
  // Another symbology says that there is no FNC1; format 06 is another language.
  if (desk.aim || desk.text.startsWith(ENVELOPE_START)) return null;
  if (desk.text.includes(GS)) {
    desk.note("fnc1");
    return gs1(desk, desk.separated());
  }
  return bySeparator(desk);
}

function bySeparator(desk: Desk): Reading | null {
  const separated = desk.separated();
  if (separated === desk.text) return null;
  if (separated.startsWith(GS)) {
    desk.note("separator");
    return gs1(desk, separated);
  }
  return attempt(desk, "separator", () => parseElementString(separated), "gs1");
}

function bracketed(desk: Desk): Reading | null {
  const text = desk.text.normalize("NFKC");
  return text.startsWith("(") ? attempt(desk, "bracketed", () => parseBracketed(text), "gs1") : null;
}

function digitalLink(desk: Desk): Reading | null {
  if (!isWebAddress(desk.text)) return null;
  return attempt(desk, "digital_link", () => parseDigitalLink(desk.text), "digital_link");
}

function prefixed(desk: Desk): Reading | null {
  const text = desk.text.normalize("NFKC");
  const prefix = text.charAt(0).toUpperCase();
  const code = trim(text.slice(2));
  if (text.charAt(1) !== ":" || !prefix || !PREFIXES.includes(prefix) || !code) return null;
  desk.note(`prefix letter=${prefix}`);
  return desk.reading("prefixed", { prefix, code });
}

function inStore(desk: Desk): Reading | null {
  for (const rule of desk.rules.in_store ?? []) {
    if (!isOfPattern(desk.text, rule.pattern)) continue;
    const weight = lettersAt("W", rule.pattern, desk.text);
    const price = lettersAt("P", rule.pattern, desk.text);
    desk.note(`in_store pattern=${rule.pattern}`);
    return desk.reading("in_store", {
      pattern: rule.pattern,
      code: lettersAt("I", rule.pattern, desk.text),
      weight_kg: weight ? scaled(weight, rule.weight_decimals ?? 3) : undefined,
      price: price ? scaled(price, rule.price_decimals ?? 2) : undefined,
    });
  }
  return null;
}

function isOfPattern(digits: string, pattern: string): boolean {
  if (digits.length !== pattern.length || !isDigits(digits) || !pattern.includes("I")) return false;
  if ([...pattern].some((place, at) => isDigits(place) && place !== digits.charAt(at))) return false;
  return !pattern.endsWith("C") || hasCheckDigit(digits);
}

function lettersAt(letter: string, pattern: string, digits: string): string {
  return [...digits].filter((_, at) => pattern.charAt(at) === letter).join("");
}

/** A whole GS1 label from a scanner that sends neither AIM identifier nor FNC1. */
function bare(desk: Desk): Reading | null {
  if (desk.aim || !/^0[012]/.test(desk.text) || desk.text.length < 16) return null;
  const before = [...desk.why];
  const reading = attempt(desk, "bare_gs1", () => parseElementString(desk.text), "gs1");
  if (reading && desk.rules.bare_gs1) return reading;
  desk.why = reading ? [...before, "looks_like_gs1"] : before;
  return null;
}

function plainCode(desk: Desk, known: string | null = null): Reading {
  const code = desk.text.normalize("NFKC");
  const gtin = known ?? gtin14(code);
  desk.note(gtin ? "gtin" : "plain");
  return desk.reading("plain", { code, gtin: gtin ?? undefined });
}

function gs1(desk: Desk, text: string): Reading {
  // Camera decoders hand out the bracketed form even when they name the symbology.
  return fromElements(desk, "gs1", text.startsWith("(") ? parseBracketed(text) : parseElementString(text));
}

function attempt(desk: Desk, name: string, parse: () => Element[], kind: ReadingKind): Reading | null {
  const before = [...desk.why];
  try {
    desk.note(name);
    return fromElements(desk, kind, parse());
  } catch (error) {
    if (!(error instanceof ScanError)) throw error;
    desk.why = [...before, `not_${name} code=${error.code}`];
    return null;
  }
}

function fromElements(desk: Desk, kind: ReadingKind, elements: Element[]): Reading {
  const flaws = checkedContent(elements);
  desk.note(`elements count=${elements.length}`);
  flaws.forEach((flaw) => desk.note(`flaw ${flaw}`));
  findPairings(elements).forEach((pairing) => desk.note(`pairing_${pairing}`));
  return desk.reading(kind, { elements, ...fields(elements, desk.rules.reference_year) });
}

function fields(elements: Element[], referenceYear: number): Partial<Reading> {
  const values = new Map(elements);
  const day = (...ais: string[]) => {
    const ai = ais.find((each) => values.has(each));
    return ai && codeDate(ai, values.get(ai)!, referenceYear);
  };
  const counted = values.get("37") ?? values.get("30");
  return {
    gtin: values.get("01"),
    content_gtin: values.get("02"),
    sscc: values.get("00"),
    gln: values.get("414"),
    lot: values.get("10"),
    serial: values.get("21"),
    expiry: day("17", "7003"),
    best_before: day("15"),
    sell_by: day("16"),
    production_date: day("11"),
    packaging_date: day("13"),
    count: counted ? Number(counted) : undefined,
    weight_kg: measure(values, "310"),
    gross_weight_kg: measure(values, "330"),
    price: measure(values, "392"),
    order_number: values.get("400"),
  };
}

function measure(values: Map<string, string>, family: string): string | undefined {
  const ai = [...values.keys()].find((each) => each.length === 4 && each.startsWith(family));
  return ai && scaled(values.get(ai)!, Number(ai.slice(-1)));
}

function trim(text: string): string {
  return text.replace(LABEL_WHITESPACE, "");
}
