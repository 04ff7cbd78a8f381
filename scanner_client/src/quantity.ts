/** Exact quantities: decimal text with at most six places, as the API writes them. */

const PLACES = 6;
const SCALE = 10n ** BigInt(PLACES);
const SHAPE = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/;

/** Millionths, or null when the text is not a quantity. */
export function parse(text: string): bigint | null {
  const match = SHAPE.exec(text.trim().replace("−", "-"));
  if (!match) return null;
  const [, sign, whole, part = ""] = match;
  const value = BigInt(whole!) * SCALE + BigInt(part.padEnd(PLACES, "0"));
  return sign ? -value : value;
}

/** Plain decimal text without needless zeros: "12", "0.5", "-3". */
export function plain(value: bigint): string {
  const size = value < 0n ? -value : value;
  const part = String(size % SCALE).padStart(PLACES, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / SCALE}${part ? `.${part}` : ""}`;
}

/** a + b. Texts that are no quantities count as zero. */
export function add(a: string, b: string): string {
  return plain((parse(a) ?? 0n) + (parse(b) ?? 0n));
}

/** a − b. */
export function subtract(a: string, b: string): string {
  return plain((parse(a) ?? 0n) - (parse(b) ?? 0n));
}

/** Whether the text is a quantity above zero. */
export function isPositive(text: string): boolean {
  return (parse(text) ?? 0n) > 0n;
}

/** For people: thousands separated, a real minus sign. */
export function shown(text: string): string {
  const value = parse(text);
  if (value === null) return text;
  const [whole, part] = plain(value < 0n ? -value : value).split(".");
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${value < 0n ? "−" : ""}${grouped}${part ? `.${part}` : ""}`;
}
