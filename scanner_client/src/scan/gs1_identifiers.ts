/** The GS1 application identifiers, read from their table: labels/gs1/identifiers.py. */
import { TABLE } from "./gs1_table";

export interface Part {
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

/** Identifiers are prefix-free, so at most one begins here. */
export function identifierAt(text: string, at: number): Identifier | undefined {
  for (const size of [2, 3, 4]) {
    const found = identifiers.get(text.slice(at, at + size));
    if (found) return found;
  }
  return undefined;
}
