/**
 * GS1 element strings, bracketed text and pairings: the same as labels/gs1 and
 * server/domain/gs1, held to the same vectors (tests/vectors/scans.json).
 */
import { CHARSETS, HOLDS, isPaddedBase64 } from "./gs1_content";
import { type Identifier, identifierAt, identifiers, type Part } from "./gs1_identifiers";

export const GS = "\x1d";
export type Element = readonly [ai: string, value: string];

/** A code claims to be GS1 or EAN and is broken. */
export class ScanError extends Error {
  constructor(readonly code: string, readonly fields: Record<string, string | number> = {}) {
    super(code);
  }
}

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
