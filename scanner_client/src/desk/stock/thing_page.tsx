/** One item, location, lot or handling unit: where it is or what is in it, and how it came so. */
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import { path, query } from "../../route";
import { nameOf } from "../../text/words";
import { by, useAsk } from "../frame/ask";
import { address } from "../frame/open_thing";
import { namedBy, site, statusName } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { ItemFacts } from "./item_facts";
import { MovementTable } from "./movement_table";
import "./things.css";
import { s, worded, type ThingText } from "./words";

type Balance = components["schemas"]["Stock"];

const KINDS: Record<string, ThingText> = { "/item": "item", "/location": "location", "/lot": "lot", "/unit": "unit" };

export function ThingPage() {
  const kind = KINDS[path.value] ?? "item";
  const asked = (name: string): string => query.value.get(name) ?? "";
  const of: Record<string, string> = kind === "lot" ? { item: asked("item"), lot: asked("lot") } : { [kind]: asked("code") };
  const where = site.value ? { ...of, site: site.value } : of;
  const key = JSON.stringify(where);
  const stock = useAsk(key, (passive) => call("get", "/api/v1/stock", { query: { ...where, limit: 500 }, headers: by(passive) }), {
    concerns: ({ topic }) => topic === "movement.posted" || topic.startsWith("count."), least_ms: 2000,
  });
  if (!worded()) return null;
  const first = kind === "item" || kind === "lot" ? stock.answer?.rows[0] : undefined;
  return (
    <div class="things thing-page">
      <h1>{s(kind)} <span class="code">{Object.values(of).join(" · ")}</span>{first && ` · ${nameOf(namedBy(first))}`}</h1>
      {kind === "item" && <ItemFacts sku={of.item ?? ""} site={site.value} />}
      <h2>{s("balances")}</h2>
      <Answered asked={stock}>
        {({ rows, next_cursor }) => (
          <Table name={`balances-${kind}`} label={s("balances")} rows={rows} columns={columns(kind)} more={next_cursor !== null} most_px={420} keys={false}
            id={(row) => [row.site, row.location, row.item, row.lot, row.serial, row.unit, row.status, row.owner].join("/")}
            empty={<Empty title={s("empty_title")}>{s("empty")}</Empty>} />
        )}
      </Answered>
      <h2><a href={address("/movements", where)}>{s("movements")}</a></h2>
      <MovementTable filters={where} most_px={520} />
    </div>
  );
}

function columns(kind: string): Column<Balance>[] {
  const behind = (row: Balance): string => address("/movements", {
    item: row.item ?? "", site: row.site, location: row.location ?? "", lot: row.lot ?? "", serial: row.serial ?? "",
  });
  const all: Column<Balance>[] = [
    { key: "item", title: s("item"), value: (row) => nameOf(namedBy(row)), link: (row) => address("/item", { code: row.item ?? "" }), width: 160, grow: true, narrow: true },
    { key: "site", title: s("site"), kind: "code", value: (row) => row.site, width: 80 },
    { key: "location", title: s("location"), kind: "code", value: (row) => row.location, link: (row) => address("/location", { site: row.site, code: row.location ?? "" }), width: 120, narrow: true },
    { key: "on_hand", title: s("on_hand"), kind: "quantity", value: (row) => row.on_hand, unit: (row) => row.base_unit, total: true, link: behind, width: 110, narrow: true },
    { key: "reserved", title: s("reserved"), kind: "quantity", value: (row) => row.reserved, unit: (row) => row.base_unit, total: true, width: 100 },
    { key: "available", title: s("available"), kind: "quantity", value: (row) => row.available, unit: (row) => row.base_unit, total: true, width: 100 },
    { key: "lot", title: s("lot"), kind: "code", value: (row) => row.lot, link: (row) => address("/lot", { item: row.item ?? "", lot: row.lot ?? "" }), width: 110 },
    { key: "serial", title: s("serial"), kind: "code", value: (row) => row.serial, width: 110 },
    { key: "expires", title: s("expires"), kind: "day", value: (row) => row.expires_on, width: 100 },
    { key: "unit", title: s("unit"), kind: "code", value: (row) => row.unit, link: (row) => address("/unit", { code: row.unit ?? "" }), width: 110 },
    { key: "status", title: s("status"), value: (row) => statusName(row.status), width: 90 },
  ];
  return all.filter(({ key }) => key !== kind && !(kind === "lot" && key === "item"));
}
