/** Tables over the clipboard: as spreadsheets write and read them (tab-separated, quoted where need be). */
import { isNumeric, type Column } from "./columns";

/** Heading and rows. Numbers are plain, so that a spreadsheet takes them for numbers. */
export function asTsv<R>(rows: readonly R[], columns: readonly Column<R>[]): string {
  const lines = [columns.map(({ title }) => quoted(title))];
  for (const row of rows) lines.push(columns.map((column) => cell(row, column)));
  return lines.map((cells) => cells.join("\t")).join("\r\n");
}

function cell<R>(row: R, column: Column<R>): string {
  const value = String(column.value(row) ?? "");
  return isNumeric(column) ? value : quoted(defused(value));
}

/** A text that a spreadsheet would take for a formula stays a text. */
function defused(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /["\t\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Cells of pasted text; quoted ones may hold tabs and line breaks. Empty lines at the end are dropped. */
export function fromTsv(text: string): string[][] {
  const rows: string[][] = [];
  const cells = /("(?:[^"]|"")*"|[^\t\r\n]*)(\t|\r\n|\n|\r|$)/y;
  let row: string[] = [];
  while (cells.lastIndex < text.length) {
    const [, raw = "", end = ""] = cells.exec(text) ?? [];
    row.push(raw.startsWith('"') ? raw.slice(1, -1).replace(/""/g, '"') : raw);
    if (end === "\t") {
      if (cells.lastIndex >= text.length) row.push("");
      else continue;
    }
    rows.push(row);
    row = [];
    if (!end) break;
  }
  while (rows.length && rows[rows.length - 1]!.every((each) => each === "")) rows.pop();
  return rows;
}

/** Puts text on the clipboard, also where there is no secure origin. */
export function copyText(text: string): void {
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", put, { capture: true });
}
