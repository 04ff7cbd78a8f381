/** The content rules of GS1 values: labels/gs1/content.py. */

const SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const SET_32 = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83];
export const CHARSETS: Record<string, RegExp> = {
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

export function lastDay(year: number, month: number): number {
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

export function isPaddedBase64(text: string): boolean {
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

export const HOLDS: Record<string, (text: string) => boolean> = {
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
