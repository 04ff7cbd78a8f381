/** The ledger's rows for whatever is asked: newest first, more as one scrolls, each opening its command. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { nameOf, t, type Text } from "../../text/words";
import { zh } from "../../text/zh";
import { by, useAsk } from "../frame/ask";
import { address } from "../frame/open_thing";
import { namedBy } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { me } from "../session";
import { s } from "./words";

export type Movement = components["schemas"]["Movement"];

interface MovementTableProps {
  /** As GET /movements takes them; empty ones are left out. */
  filters: Record<string, string>;
  selected?: string;
  onSelect?: (row: Movement) => void;
  most_px?: number;
  keys?: boolean;
}

const PAGE = 100;

export function MovementTable({ filters, selected = "", onSelect, most_px, keys = true }: MovementTableProps) {
  const key = JSON.stringify(filters);
  const asked = useAsk(key, (passive) => page(filters, "", passive), {
    concerns: ({ topic }) => topic === "movement.posted" || topic.startsWith("count."), least_ms: 2000,
  });
  const older = useSignal<{ of: unknown; rows: Movement[]; next: string | null }>({ of: null, rows: [], next: null });
  useEffect(() => { older.value = { of: asked.answer, rows: [], next: asked.answer?.next_cursor ?? null }; }, [asked.answer]);
  const more = async (): Promise<void> => {
    const before = older.value;
    if (!before.next) return;
    const found = await page(filters, before.next, false);
    if (older.value === before) older.value = { of: before.of, rows: [...before.rows, ...found.rows], next: found.next_cursor };
  };
  return (
    <Answered asked={asked}>
      {(answer) => {
        const rows = older.value.of === answer ? [...answer.rows, ...older.value.rows] : answer.rows;
        return (
          <Table name="movements" label={s("movements")} rows={rows} columns={columns()} id={(row) => row.id} selected={selected}
            keys={keys} more={Boolean(older.value.next)} onEnd={() => void more().catch(() => undefined)}
            empty={<Empty title={s("none_title")}>{s("none")}</Empty>} {...(onSelect && { onSelect })} {...(most_px && { most_px })} />
        );
      }}
    </Answered>
  );
}

function page(filters: Record<string, string>, cursor: string, passive: boolean) {
  return call("get", "/api/v1/movements", { query: { ...filters, limit: PAGE, cursor }, headers: by(passive) });
}

function columns(): Column<Movement>[] {
  const cost = me.value?.permissions?.includes("cost.read");
  const place = (side: Movement["from"]): string => (`place_${side.kind}` in zh ? t(`place_${side.kind}` as Text) : (side.location ?? ""));
  const placeLink = (side: Movement["from"]): string => address("/location", { site: side.site ?? "", code: side.location ?? "" });
  return [
    { key: "time", title: s("time"), kind: "moment", value: (row) => row.occurred_at, site: (row) => row.to.site ?? row.from.site, width: 164, narrow: true },
    { key: "kind", title: s("kind"), value: kindOf, width: 100, narrow: true },
    { key: "item", title: s("item"), value: (row) => nameOf(namedBy(row)), link: (row) => address("/item", { code: row.item }), width: 160, grow: true },
    { key: "quantity", title: s("quantity"), kind: "quantity", value: (row) => row.quantity, unit: (row) => row.base_unit, link: (row) => address("/movements", { command: row.command_id }), width: 110, narrow: true },
    { key: "from", title: s("from"), kind: "code", value: (row) => place(row.from), cell: (row) => linked(place(row.from), row.from.location ? placeLink(row.from) : ""), width: 110 },
    { key: "to", title: s("to"), kind: "code", value: (row) => place(row.to), cell: (row) => linked(place(row.to), row.to.location ? placeLink(row.to) : ""), width: 110 },
    { key: "lot", title: s("lot"), kind: "code", value: (row) => row.serial || row.lot, width: 110 },
    { key: "by", title: s("by"), value: (row) => row.user, cell: (row) => linked(row.user ?? "", row.user_id ? address("/movements", { user: row.user_id }) : ""), width: 90 },
    { key: "device", title: s("device"), value: (row) => row.device, cell: (row) => linked(row.device ?? "", row.device_id ? address("/movements", { device: row.device_id }) : ""), width: 90, hidden: true },
    { key: "document", title: s("document"), kind: "code", value: (row) => row.document, cell: (row) => linked(row.document, row.document ? address("/movements", { document: row.document }) : ""), width: 110, hidden: true },
    { key: "reason", title: s("reason"), value: (row) => row.reason, width: 90, hidden: true },
    ...(cost ? [{ key: "value", title: s("value"), kind: "money" as const, value: (row: Movement) => row.value, width: 100, hidden: true }] : []),
  ];
}

export function kindOf(row: Movement): string {
  return `kind_${row.kind}` in zh ? t(`kind_${row.kind}` as Text) : row.kind;
}

function linked(text: string, to: string) {
  return to ? <a href={to}>{text}</a> : text;
}
