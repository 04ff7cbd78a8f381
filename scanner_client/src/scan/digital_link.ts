/** GS1 Digital Link URIs as elements: the same as server/domain/gs1/digital_link.py. */
import { checkedShape, type Element, ScanError } from "./gs1";
import { isDigits } from "./gs1_content";
import { type Identifier, identifiers } from "./gs1_identifiers";

const SCHEMES = ["https://", "http://", "HTTPS://", "HTTP://"];
const URI = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;
const AUTHORITY = /^([A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?)$/;
const WORDS = new Map(Object.entries({
  gtin: "01", cpv: "22", lot: "10", ser: "21", sscc: "00", gln: "414", glnx: "254",
  itip: "8006", grai: "8003", giai: "8004", gdti: "253", ginc: "401", gsin: "402",
}));

export function isWebAddress(text: string): boolean {
  return SCHEMES.some((scheme) => text.startsWith(scheme));
}

/** Path first, then the query. Throws ScanError; a web address claims nothing, so that is no refusal. */
export function parseDigitalLink(uri: string): Element[] {
  const [path, query] = cut(afterAuthority(uri), "?");
  const [key, named] = fromPath(path.split("/"));
  const elements = [...named];
  for (const [ai, value] of fromQuery(query)) {
    const twice = elements.some(([each]) => each === ai);
    if (twice || belongsInPath(key, named, ai)) throw new ScanError("not_digital_link", { ai });
    elements.push([ai, value]);
  }
  return elements;
}

function afterAuthority(uri: string): string {
  if (!isWebAddress(uri) || !URI.test(uri)) throw new ScanError("not_digital_link");
  const [authority, rest] = cut(cut(cut(uri, "//")[1], "#")[0], "/");
  if (!AUTHORITY.test(authority)) throw new ScanError("not_digital_link");
  return rest;
}

/** The key nearest the end, and the elements from it on. */
function fromPath(segments: string[]): [Identifier, Element[]] {
  const found: Element[] = [];
  for (let at = segments.length - 2; at >= 0 && found.length <= 4; at -= 2) {
    const identifier = identifiers.get(WORDS.get(segments[at]!) ?? segments[at]!);
    if (!identifier) break;
    found.unshift(element(identifier, unescapePercent(segments[at + 1]!)));
    if (identifier.qualifiers) {
      checkOrder(identifier, found.slice(1).map(([ai]) => ai));
      return [identifier, found];
    }
  }
  throw new ScanError("not_digital_link");
}

function checkOrder(key: Identifier, named: string[]): void {
  const allowed = key.qualifiers!.some(
    (order) => order.filter((ai) => named.includes(ai)).join() === named.join(),
  );
  if (!allowed) throw new ScanError("not_digital_link", { ai: key.ai });
}

function fromQuery(query: string): Element[] {
  const elements: Element[] = [];
  for (const pair of query.split("&")) {
    const [name, value] = cut(pair, "=");
    if (!pair.includes("=") || !isDigits(name)) continue;
    const identifier = identifiers.get(name);
    if (!identifier?.attribute || elements.length > 50) throw new ScanError("not_digital_link");
    elements.push(element(identifier, unescapePercent(value.replace(/\+/g, " "))));
    if (elements.slice(0, -1).some(([ai]) => ai === name)) throw new ScanError("not_digital_link");
  }
  return elements;
}

function belongsInPath(key: Identifier, named: Element[], ai: string): boolean {
  const together = [ai, ...named.slice(1).map(([each]) => each)];
  return key.qualifiers!.some((order) => together.every((each) => order.includes(each)));
}

function element(identifier: Identifier, value: string): Element {
  const short = identifier.ai === "01" && [8, 12, 13].includes(value.length);
  return [identifier.ai, checkedShape(identifier, short ? value.padStart(14, "0") : value)];
}

function unescapePercent(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function cut(text: string, at: string): [string, string] {
  const found = text.indexOf(at);
  return found < 0 ? [text, ""] : [text.slice(0, found), text.slice(found + at.length)];
}
