/** Under a table: how many rows, and what can be done with all of them. */
import { useSignal } from "@preact/signals";
import { Columns3, Copy, Download } from "lucide";
import { shown as grouped } from "../../../quantity";
import { Icon } from "../../../ui/icon";
import { say } from "../said";
import { f } from "../words";
import { ColumnSheet } from "./choice";
import { asTsv, copyText } from "./clipboard";
import type { Column } from "./columns";

interface FootProps<R> {
  name: string;
  columns: readonly Column<R>[];
  seen: readonly Column<R>[];
  shown: readonly R[];
  all: number;
  more: boolean;
  marked: readonly R[];
  exportTo: { href: string; text?: string } | undefined;
}

export function Foot<R>({ name, columns, seen, shown, all, more, marked, exportTo }: FootProps<R>) {
  const choosing = useSignal(false);
  const count = (n: number): string => grouped(String(n)) + (more ? "+" : "");
  const copy = (): void => {
    const rows = marked.length ? marked : shown;
    copyText(asTsv(rows, seen));
    say(f("table_copied", { n: rows.length }));
  };
  return (
    <footer class="foot">
      <span role="status">
        {shown.length === all ? f("table_rows", { n: count(all) }) : f("table_rows_of", { n: grouped(String(shown.length)), all: count(all) })}
        {marked.length > 0 && ` · ${f("table_marked", { n: marked.length })}`}
      </span>
      <span class="acts">
        <button aria-label={f("table_columns")} onClick={() => (choosing.value = true)}><Icon of={Columns3} size={16} /><span class="word">{f("table_columns")}</span></button>
        <button aria-label={f("table_copy")} onClick={copy}><Icon of={Copy} size={16} /><span class="word">{f("table_copy")}</span></button>
        {exportTo && <a href={exportTo.href} aria-label={exportTo.text ?? f("table_export")} download><Icon of={Download} size={16} /><span class="word">{exportTo.text ?? f("table_export")}</span></a>}
      </span>
      {choosing.value && <ColumnSheet name={name} columns={columns} shown={seen} onClose={() => (choosing.value = false)} />}
    </footer>
  );
}
