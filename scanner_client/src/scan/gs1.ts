/**
 * GS1 element strings, bracketed text, pairings, dates and GTINs: the same as server/domain/gs1,
 * held to the same vectors (tests/vectors/scans.json).
 */
import { TABLE } from "./gs1_table";

export const GS = "\x1d";
export type Element = readonly [ai: string, value: string];

/** A code claims to be GS1 or EAN and is broken. */
export class ScanError extends Error {
  constructor(readonly code: string, readonly fields: Record<string, string | number> = {}) {
    super(code);
  }
}

interface Part {
  charset: string;
  least: number;
  most: number;
  optional: boolean;
  rules: string[];
}

export interface Identifier {
  ai: string;
  /** Predefined length: no separator needed after it. */
  predefined: boolean;
  /** Allowed in the query of a Digital Link. */
  attribute: boolean;
  parts: Part[];
  required: string[][];
  excluded: string[];
  /** Orders of the qualifiers of a Digital Link key; null: no key. */
  qualifiers: string[][] | null;
}

// The table

export const identifiers: ReadonlyMap<string, Identifier> = new Map(
  TABLE.trim().split("\n").flatMap(readRow).map((each) => [each.ai, each]),
);

function readRow(row: string): Identifier[] {
  const [names = "", flags = "", ...rest] = row.split(" ");
  const isAttribute = (word: string) => /^[a-z]/.test(word);
  const attributes = new Map(
    rest.filter(isAttribute).map((word) => [word.split("=")[0]!, word.split("=")[1] ?? ""]),
  );
  const parts = rest.filter((word) => !isAttribute(word)).map(readPart);
  const order = attributes.get("dlpkey");
  return spread(names).map((ai) => ({
    ai,
    predefined: flags.includes("*"),
    attribute: flags.includes("?"),
    parts,
    required: groups(attributes.get("req") ?? "", ",", "+"),
    excluded: (attributes.get("ex") ?? "").replace("own", `${ai.slice(0, 3)}n`).split(",").filter(Boolean),
    qualifiers: order === undefined ? null : groups(order, "|", ","),
  }));
}

function spread(names: string): string[] {
  return names.split(",").flatMap((name) => {
    const [first = "", last = first] = name.split("-");
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, at) => String(Number(first) + at).padStart(first.length, "0"));
  });
}

function readPart(word: string): Part {
  const [shape = "", ...rules] = word.replace(/[[\]]/g, "").split(",");
  const most = Number(shape.slice(1).replace("..", ""));
  return {
    charset: shape.charAt(0), least: shape.includes("..") ? 1 : most, most, optional: word.startsWith("["), rules,
  };
}

function groups(text: string, outer: string, inner: string): string[][] {
  return text.split(outer).map((group) => group.split(inner).filter(Boolean));
}

function identifierAt(text: string, at: number): Identifier | undefined {
  for (const size of [2, 3, 4]) {
    const found = identifiers.get(text.slice(at, at + size));
    if (found) return found;
  }
  return undefined;
}

// Content rules (server/domain/gs1/content.py)

const SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
const CHARSETS: Record<string, RegExp> = {
  N: /^[0-9]*$/,
  X: /^[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*$/,
  Y: /^[#\-/0-9A-Z]*$/,
  Z: /^[A-Za-z0-9\-_=]*$/,
};

export const isDigits = (text: string) => /^[0-9]+$/.test(text);

/** Mod 10 with weights 3 and 1 from the right. */
export function checkDigit(body: string): string {
  const total = [...body].reverse().reduce((sum, digit, at) => sum + Number(digit) * (at % 2 ? 1 : 3), 0);
  return String((10 - (total % 10)) % 10);
}

export function hasCheckDigit(digits: string): boolean {
  return digits.length > 1 && isDigits(digits) && checkDigit(digits.slice(0, -1)) === digits.slice(-1);
}

function isCheckPair(text: string): boolean {
  const body = [...text.slice(0, -2)].reverse();
  const total = body.reduce((sum, each, at) => sum + SET_82.indexOf(each) * (PRIMES[at] ?? 0), 0) % 1021;
  return body.length > 0 && text.slice(-2) === SET_32.charAt(total >> 5) + SET_32.charAt(total & 31);
}

function lastDay(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isDay(digits: string, zeroDay: boolean): boolean {
  const year = Number(digits.slice(0, -4));
  const month = Number(digits.slice(-4, -2));
  const day = Number(digits.slice(-2));
  if (month < 1 || month > 12) return false;
  // Without a century 29 February is believed: only 1900 and 2100 would disagree.
  const known = year % 4 === 0 && digits.length === 6 ? 2000 : year || 1;
  return day >= (zeroDay ? 0 : 1) && day <= lastDay(known, month);
}

function isPaddedBase64(text: string): boolean {
  const body = text.replace(/=+$/, "");
  const pads = text.length - body.length;
  if (pads === 0) return true;
  const unusedBits = pads === 1 ? 3 : pads === 2 ? 15 : 0;
  const closed = text.length % 4 === 0 && body !== "" && !body.includes("=");
  return closed && unusedBits > 0 && (BASE_64.indexOf(body.slice(-1)) & unusedBits) === 0;
}

function isIban(text: string): boolean {
  if (!/^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$/.test(text)) return false;
  const digits = [...(text.slice(4) + text.slice(0, 4))].map((each) => parseInt(each, 36)).join("");
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

function isPositionOfEnd(text: string): boolean {
  const found = /^([1-9][0-9]*)\/([1-9][0-9]*)$/.exec(text);
  return found !== null && Number(found[1]) <= Number(found[2]);
}

const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

const HOLDS: Record<string, (text: string) => boolean> = {
  csum: hasCheckDigit,
  csumalpha: isCheckPair,
  gcppos1: matches(/^[0-9]{4}/),
  gcppos2: matches(/^.[0-9]{4}/),
  hasnondigit: (text) => !isDigits(text),
  hh: matches(/^([01][0-9]|2[0-3])$/),
  hhmi: matches(/^([01][0-9]|2[0-3])[0-5][0-9]$/),
  hyphen: matches(/^-$/),
  iban: isIban,
  importeridx: matches(/^[-0-9A-Z_a-z]$/),
  iso5218: matches(/^[0129]$/),
  latitude: (digits) => Number(digits) <= 1_800_000_000,
  longitude: (digits) => Number(digits) <= 3_600_000_000,
  mediatype: matches(/^(0[1-9]|10|[89][0-9])$/),
  mi: matches(/^[0-5][0-9]$/),
  nonzero: (digits) => Number(digits) !== 0,
  nozeroprefix: (digits) => !digits.startsWith("0"),
  pcenc: matches(/^([^%]|%[0-9A-Fa-f]{2})*$/),
  pieceoftotal: (digits) => Number(digits.slice(0, 2)) > 0 && digits.slice(0, 2) <= digits.slice(2),
  posinseqslash: isPositionOfEnd,
  ss: matches(/^[0-5][0-9]$/),
  winding: matches(/^[019]$/),
  yesno: matches(/^[01]$/),
  yymmd0: (digits) => isDay(digits, true),
  yymmdd: (digits) => isDay(digits, false),
  yyyymmdd: (digits) => isDay(digits, false),
  zero: (digits) => Number(digits) === 0,
};

// Elements (server/domain/gs1/elements.py)

/** Values without predefined length end at GS; one leading GS is passed over. */
export function parseElementString(text: string): Element[] {
  const elements: Element[] = [];
  let at = text.startsWith(GS) ? 1 : 0;
  while (at < text.length) {
    const identifier = known(identifierAt(text, at), text.slice(at, at + 4));
    const start = at + identifier.ai.length;
    const end = valueEnd(identifier, text, start);
    elements.push([identifier.ai, checkedShape(identifier, text.slice(start, end))]);
    at = text.startsWith(GS, end) ? end + 1 : end;
  }
  if (elements.length === 0) throw new ScanError("empty_code");
  return elements;
}

/** (01)09501101530003(10)AB-123; a literal bracket inside a value is written as \(. */
export function parseBracketed(text: string): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at < text.length; ) {
    const close = text.slice(at, at + 6).indexOf(")") + at;
    if (text.charAt(at) !== "(" || close < at) throw new ScanError("unknown_ai", { ai: text.slice(at, at + 6) });
    const ai = text.slice(at + 1, close);
    const end = nextBracket(text, close + 1);
    const value = text.slice(close + 1, end).split("\\(").join("(");
    elements.push([ai, checkedShape(known(identifiers.get(ai), ai), value)]);
    at = end;
  }
  return elements;
}

export function checkedShape(identifier: Identifier, value: string): string {
  for (const [part, piece] of pieces(identifier, value)) {
    if (piece.length < part.least) throw badLength(identifier, value);
    if (!CHARSETS[part.charset]!.test(piece) || (part.charset === "Z" && !isPaddedBase64(piece))) {
      throw new ScanError("bad_charset", { ai: identifier.ai, value: value.slice(0, 100) });
    }
  }
  if (value === "" || value.length > longest(identifier)) throw badLength(identifier, value);
  return value;
}

/**
 * The flaws a reader can live with, as "ai=... rule=..."; throws for check digits and dates, and
 * when an identifier stands twice with two values.
 */
export function checkedContent(elements: readonly Element[]): string[] {
  const flaws: string[] = [];
  for (const [ai, value] of elements) {
    for (const [part, piece] of pieces(identifiers.get(ai)!, value)) {
      for (const rule of part.rules) {
        if (HOLDS[rule] && !HOLDS[rule](piece)) flaws.push(flawOf(ai, rule, value));
      }
    }
  }
  const seen = new Map<string, string>();
  for (const [ai, value] of elements) {
    if ((seen.get(ai) ?? value) !== value) throw new ScanError("conflicting_elements", { ai });
    seen.set(ai, value);
  }
  return flaws;
}

function flawOf(ai: string, rule: string, value: string): string {
  if (rule.startsWith("csum")) throw new ScanError("bad_check_digit", { ai, value });
  if (rule.startsWith("yy")) throw new ScanError("bad_code_date", { ai, value });
  return `ai=${ai} rule=${rule}`;
}

function pieces(identifier: Identifier, value: string): [Part, string][] {
  const found: [Part, string][] = [];
  let at = 0;
  for (const part of identifier.parts) {
    if (part.optional && at >= value.length) break;
    found.push([part, value.slice(at, at + part.most)]);
    at += part.most;
  }
  return found;
}

function known(identifier: Identifier | undefined, ai: string): Identifier {
  if (!identifier) throw new ScanError("unknown_ai", { ai });
  return identifier;
}

function longest(identifier: Identifier): number {
  return identifier.parts.reduce((sum, part) => sum + part.most, 0);
}

function valueEnd(identifier: Identifier, text: string, start: number): number {
  const separator = text.indexOf(GS, start);
  const end = separator < 0 ? text.length : separator;
  return identifier.predefined ? Math.min(end, start + longest(identifier)) : end;
}

function nextBracket(text: string, start: number): number {
  let at = text.indexOf("(", start);
  while (at > start && text.charAt(at - 1) === "\\") at = text.indexOf("(", at + 1);
  return at < 0 ? text.length : at;
}

function badLength(identifier: Identifier, value: string): ScanError {
  const least = identifier.parts.reduce((sum, part) => sum + (part.optional ? 0 : part.least), 0);
  return new ScanError("bad_length", {
    ai: identifier.ai, value: value.slice(0, 100), least, most: longest(identifier),
  });
}

// Pairings (server/domain/gs1/pairings.py)

/** Broken pairings as "missing ai=... other=...": judged over all symbols of a thing, so no error. */
export function findPairings(elements: readonly Element[]): string[] {
  const present = new Map(elements);
  const mine = [...present.keys()].map((ai) => identifiers.get(ai)!);
  return [
    ...mine.flatMap((each) => excludedBy(each, present)),
    ...mine.flatMap((each) => missingTo(each, present)),
    ...unserialised(present),
  ];
}

function excludedBy(identifier: Identifier, present: Map<string, string>): string[] {
  return identifier.excluded.flatMap((pattern) =>
    [...present.keys()]
      .filter((other) => other !== identifier.ai && fits(pattern, other))
      .map((other) => `excluded ai=${identifier.ai} other=${other}`),
  );
}

function missingTo(identifier: Identifier, present: Map<string, string>): string[] {
  const wanted = identifier.required.filter((group) => group.length > 0);
  const others = [...present.keys()];
  const met = wanted.some((group) => group.every((pattern) => others.some((other) => fits(pattern, other))));
  if (met || wanted.length === 0) return [];
  return [`missing ai=${identifier.ai} other=${wanted.map((group) => group.join("+")).join(",")}`];
}

function unserialised(present: Map<string, string>): string[] {
  if (!present.has("8030")) return [];
  const starts: [string, number][] = [["253", 13], ["255", 13], ["8003", 14]];
  return starts
    .filter(([ai, start]) => (present.get(ai)?.length ?? Infinity) <= start)
    .map(([ai]) => `unserialised ai=8030 other=${ai}`);
}

function fits(pattern: string, ai: string): boolean {
  return ai.length === pattern.length && ai.startsWith(pattern.replace(/n+$/, ""));
}

// Dates, measures, GTINs (server/domain/gs1/keys.py)

const GTIN_LENGTHS = [14, 13, 12, 8];

export function gtin14(digits: string): string | null {
  return GTIN_LENGTHS.includes(digits.length) && hasCheckDigit(digits) ? digits.padStart(14, "0") : null;
}

/** A 14-digit GTIN as it may have been written down: 14, 13, 12 and 8 digits. */
export function gtinForms(gtin: string): string[] {
  return GTIN_LENGTHS.filter((size) => gtin.startsWith("0".repeat(14 - size))).map((size) => gtin.slice(14 - size));
}

/** The GTIN-12 behind the 8 digits of a UPC-E symbol. */
export function expandUpcE(digits: string): string | null {
  const found = /^([01])([0-9]{5})([0-9])([0-9])$/.exec(digits);
  if (!found) return null;
  const [, system, body = "", last = "", check] = found;
  const middle = "012".includes(last)
    ? `${body.slice(0, 2)}${last}0000${body.slice(2)}`
    : last === "3" ? `${body.slice(0, 3)}00000${body.slice(3)}`
    : last === "4" ? `${body.slice(0, 4)}00000${body.slice(4)}`
    : `${body}0000${last}`;
  const full = `${system}${middle}${check}`;
  return hasCheckDigit(full) ? full : null;
}

/** YYMMDD as YYYY-MM-DD, 49 years back to 50 ahead of the reference year; day 00: the month's last. */
export function codeDate(ai: string, value: string, referenceYear: number): string {
  const year = nearestYear(Number(value.slice(0, 2)), referenceYear);
  const last = lastDay(year, Number(value.slice(2, 4)));
  if (Number(value.slice(4, 6)) > last) throw new ScanError("bad_code_date", { ai, value });
  const day = value.slice(4, 6) === "00" ? String(last) : value.slice(4, 6);
  return `${String(year).padStart(4, "0")}-${value.slice(2, 4)}-${day}`;
}

function nearestYear(twoDigits: number, referenceYear: number): number {
  const century = referenceYear - (referenceYear % 100);
  const ahead = twoDigits - (referenceYear % 100);
  return twoDigits + century + (ahead > 50 ? -100 : ahead < -49 ? 100 : 0);
}

/** Digits with that many decimals as plain decimal text: ("001500", 3) is "1.5". */
export function scaled(digits: string, decimals: number): string {
  const whole = digits.padStart(decimals + 1, "0");
  const left = whole.slice(0, whole.length - decimals).replace(/^0+(?=.)/, "");
  const right = whole.slice(whole.length - decimals).replace(/0+$/, "");
  return right ? `${left}.${right}` : left;
}
