/** What somebody pastes: a list of codes, or a table whose first line names the design's fields. */

export interface FieldName {
  name: string;
  titles: string[];
}

export interface Pasted {
  /** Fields the table names; empty: a plain list of codes. */
  fields: string[];
  /** Columns nobody knows, as they were written. */
  unknown: string[];
  codes: string[];
  rows: Record<string, string>[];
}

const SEPARATORS = ["\t", ";", ",", "；", "，"];
const BETWEEN_CODES = /[\n\t;,；，、]+/;

/** Reads pasted text; quotes protect separators as in CSV. */
export function readPasted(text: string, fields: readonly FieldName[]): Pasted {
  const lines = text.replace(/\r\n?/g, "\n").replace(/^\uFEFF/, "");
  const table = cells(lines, separatorOf(lines.split("\n", 1)[0] ?? ""));
  const [head = [], ...body] = table;
  const named = head.map((cell) => fieldCalled(cell, fields));
  if (!named.some(Boolean)) return { fields: [], unknown: [], codes: codesOf(lines), rows: [] };
  return {
    fields: named.filter((name): name is string => name !== null),
    unknown: head.filter((_, at) => named[at] === null),
    codes: [],
    rows: body.filter((row) => row.some(Boolean)).map((row) => rowOf(row, named)),
  };
}

/** Codes in a text, each once, in order. */
export function codesOf(text: string): string[] {
  const found = text.split(BETWEEN_CODES).map((code) => code.trim()).filter(Boolean);
  return [...new Set(found)];
}

function fieldCalled(cell: string, fields: readonly FieldName[]): string | null {
  const wanted = cell.trim().toLowerCase();
  const found = fields.find(({ name, titles }) =>
    [name, ...titles].some((each) => each.toLowerCase() === wanted));
  return found?.name ?? null;
}

function rowOf(row: string[], named: (string | null)[]): Record<string, string> {
  const pairs = named.map((name, at) => [name, (row[at] ?? "").trim()] as const);
  return Object.fromEntries(pairs.filter(([name, value]) => name !== null && value));
}

function separatorOf(line: string): string {
  const counted = SEPARATORS.map((each) => [each, line.split(each).length] as const);
  return counted.reduce((best, each) => (each[1] > best[1] ? each : best))[0];
}

/** RFC 4180 with any separator. */
function cells(text: string, separator: string): string[][] {
  const rows: string[][] = [[]];
  let [cell, quoted] = ["", false];
  const end = (): void => {
    rows[rows.length - 1]!.push(cell.trim());
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (character === '"' && (quoted || !cell.trim())) quoted = !quoted;
    else if (quoted) cell += character;
    else if (character === separator) end();
    else if (character === "\n") {
      end();
      rows.push([]);
    } else cell += character;
  }
  end();
  return rows;
}
