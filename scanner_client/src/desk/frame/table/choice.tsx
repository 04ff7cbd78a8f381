/** Which columns are shown: remembered on this machine under the table's name. */
import { signal, type Signal } from "@preact/signals";
import { Sheet } from "../../../ui/sheet";
import { Tick } from "../fields";
import { f } from "../words";
import type { Column } from "./columns";

type Chosen = Record<string, boolean>;

const signals = new Map<string, Signal<Chosen>>();

export function chosenIn(name: string): Signal<Chosen> {
  let chosen = signals.get(name);
  if (!chosen) signals.set(name, (chosen = signal(read(name))));
  return chosen;
}

export function shownColumns<R>(name: string, columns: readonly Column<R>[], narrow: boolean): Column<R>[] {
  const chosen = chosenIn(name).value;
  const some = narrow && columns.some((column) => column.narrow);
  if (some && !Object.keys(chosen).length) return columns.filter((column) => column.narrow);
  return columns.filter(({ key, hidden }) => chosen[key] ?? !hidden);
}

interface ColumnSheetProps<R> {
  name: string;
  columns: readonly Column<R>[];
  shown: readonly Column<R>[];
  onClose: () => void;
}

export function ColumnSheet<R>({ name, columns, shown, onClose }: ColumnSheetProps<R>) {
  const choose = (key: string, on: boolean): void => {
    const next = Object.fromEntries(columns.map((column) => [column.key, shown.includes(column)]));
    next[key] = on;
    if (Object.values(next).some(Boolean)) keep(name, next);
  };
  return (
    <Sheet title={f("table_columns_title")} onClose={onClose}>
      <div class="ticks">
        {columns.map((column) => (
          <Tick key={column.key} label={column.title} checked={shown.includes(column)}
            onChange={(on) => choose(column.key, on)} />
        ))}
      </div>
      <div class="pair">
        <button onClick={() => keep(name, {})}>{f("table_columns_usual")}</button>
        <button class="main" onClick={onClose}>{f("said_close")}</button>
      </div>
    </Sheet>
  );
}

function keep(name: string, chosen: Chosen): void {
  chosenIn(name).value = chosen;
  localStorage.setItem(`stockturn.columns.${name}`, JSON.stringify(chosen));
}

function read(name: string): Chosen {
  try {
    return JSON.parse(localStorage.getItem(`stockturn.columns.${name}`) ?? "{}") as Chosen;
  } catch {
    return {};
  }
}
