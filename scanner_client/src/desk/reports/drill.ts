/** From a figure to what it is made of: another report, and at the end single movements. */
import type { components } from "../../api/schema";
import { address } from "../frame/open_thing";

export type ReportColumn = components["schemas"]["Column"];

export type Cells = Record<string, string | number | null | undefined>;

/** The report and its filters, or the place, as the API tells it. */
export type Drill = Record<string, string | number | null>;

const DAY_MS = 86_400_000;
/** A report looks back this far at most. */
const DAYS_MOST = 3_650;

/** Where the rows behind a whole row are; "" if nowhere. */
export function rowAddress(drill: Drill | null): string {
  if (!drill) return "";
  const { path, report, ...rest } = texts(drill);
  const movement = /^\/movements\/(\d+)$/.exec(path ?? "");
  if (movement) return address("/movements", { movement: movement[1]! });
  if (path) return address(path, rest);
  return address("/reports", { report: report ?? "", ...rest });
}

/** Where the rows behind one figure of it are: of one kind of movement, or of the days before. */
export function figureAddress(drill: Drill | null, column: ReportColumn): string {
  if (!drill || drill["report"] !== "item_ledger") return rowAddress(drill);
  if (column.movement_kind) return rowAddress({ ...drill, kind: column.movement_kind });
  if (column.name.startsWith("opening_")) return rowAddress(before(drill));
  if (!drill["from"] && drill["to"]) return rowAddress({ ...drill, from: shifted(String(drill["to"]), -DAYS_MOST) });
  return rowAddress(drill);
}

/** All the days before those of the row. */
function before(drill: Drill): Drill {
  const first = drill["from"];
  if (!first) return drill;
  const last = shifted(String(first), -1);
  return { ...drill, from: shifted(last, -DAYS_MOST), to: last };
}

function shifted(day: string, days: number): string {
  return new Date(Math.max(0, Date.parse(day) + days * DAY_MS)).toISOString().slice(0, 10);
}

function texts(drill: Drill): Record<string, string> {
  return Object.fromEntries(Object.entries(drill).filter(([, value]) => value !== null && value !== "").map(([name, value]) => [name, String(value)]));
}
