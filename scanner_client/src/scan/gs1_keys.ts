/** Dates and numbers out of GS1 values, and the one form of a GTIN: server/domain/gs1/keys.py. */
import { hasCheckDigit, lastDay } from "./gs1_content";
import { ScanError } from "./gs1";

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
