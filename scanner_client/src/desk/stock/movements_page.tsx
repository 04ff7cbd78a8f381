/** 移动明细: the ledger of anything, and of one movement its command, its scans, its reversal. */
import { call } from "../../api/client";
import { ask, query } from "../../route";
import { nameOf } from "../../text/words";
import { moment } from "../format";
import { useAsk } from "../frame/ask";
import { useFilters } from "../frame/filters";
import { Figure, Figures, Money, Quantity } from "../frame/figures";
import { Halves } from "../frame/halves";
import { address } from "../frame/open_thing";
import { namedBy, site, zoneOf } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import { f } from "../frame/words";
import { kindOf, MovementTable, type Movement } from "./movement_table";
import "./things.css";
import { s, worded } from "./words";

const NAMES = ["item", "lot", "serial", "location", "unit", "document", "command", "user", "device"] as const;

export function MovementsPage() {
  const filters = useFilters(...NAMES, "from", "to", "kind", "reason");
  if (!worded()) return null;
  const chosen = query.value.get("movement") ?? "";
  const asked = Object.fromEntries(Object.entries({ ...filters.values, site: site.value }).filter(([, value]) => value));
  const said = NAMES.filter((name) => filters.values[name]);
  return (
    <div class="things">
      <Halves even chosen={chosen !== ""} label={s("movements")} onBack={() => ask({ movement: "" })}
        list={
          <>
            <div class="filter-line">
              <b>{s("movements")}</b>
              {said.map((name) => (
                <span class="pill" key={name}>
                  {name === "user" || name === "device" ? s(`filter_${name}`, { id: filters.values[name] }) : `${s(name)} ${filters.values[name]}`}
                </span>
              ))}
              {filters.isSet && <button onClick={filters.clear}>{f("filter_clear")}</button>}
            </div>
            <MovementTable filters={asked} selected={chosen} onSelect={(row) => ask({ movement: row.id })} />
          </>
        }
        thing={chosen ? <OneMovement key={chosen} id={chosen} /> : <Empty title={s("pick_title")}>{s("pick")}</Empty>} />
    </div>
  );
}

function OneMovement({ id }: { id: string }) {
  const asked = useAsk(`movement/${id}`, async () => {
    const movement = await call("get", "/api/v1/movements/{movement_id}", { path: { movement_id: id } });
    return { movement, command: await commandOf(movement.command_id) };
  });
  return (
    <Answered asked={asked}>
      {({ movement, command }) => {
        const zone = zoneOf(movement.to.site ?? movement.from.site);
        return (
          <>
            <h1>{kindOf(movement)} · <a href={address("/item", { code: movement.item })}>{nameOf(namedBy(movement))}</a></h1>
            <Figures>
              <Figure name={s("quantity")}><Quantity value={movement.quantity} unit={movement.base_unit} /></Figure>
              {movement.value != null && <Figure name={s("value")}><Money value={movement.value} /></Figure>}
              {movement.unit_cost != null && <Figure name={s("unit_cost")}><Money value={movement.unit_cost} /></Figure>}
            </Figures>
            <dl class="facts">
              {facts(movement, zone).map(([name, value]) => value && [<dt key={name} class="muted">{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
            </dl>
            {movement.reversed_by && <p class="problem"><a href={address("/movements", { command: movement.reversed_by })}>{s("reversed_by")}</a></p>}
            {movement.reverses_id && <p><a href={address("/movements", { movement: movement.reverses_id })}>{s("reverses", { id: movement.reverses_id })}</a></p>}
            <h2>{s("command")}</h2>
            <p class="code small">{movement.command_id}</p>
            {command && (
              <>
                <p>{[command.type, command.user, command.device, moment(command.received_at, zone), ...command.codes].filter(Boolean).join(" · ")}</p>
                <h2>{s("scans")}</h2>
                {command.scans.length ? <pre class="code">{command.scans.map((scan) => JSON.stringify(scan)).join("\n")}</pre> : <p class="muted">{s("no_scans")}</p>}
              </>
            )}
            <p><a href={address("/movements", { command: movement.command_id })}>{s("see_command")}</a></p>
          </>
        );
      }}
    </Answered>
  );
}

/** The house's own postings may have no command of a site the reader sees: the movement still shows. */
async function commandOf(command_id: string) {
  return call("get", "/api/v1/commands/{command_id}", { path: { command_id } }).catch(() => null);
}

function facts(row: Movement, zone: string): [string, string][] {
  const side = (from: Movement["from"]): string => [from.site, from.location ?? from.kind, from.unit, from.owner, from.status].filter(Boolean).join(" · ");
  const doubt = row.uncertainty_ms ? ` (${s("doubt", { s: Math.ceil(row.uncertainty_ms / 1000) })})` : "";
  return [
    [s("time"), moment(row.occurred_at, zone) + doubt], [s("recorded"), moment(row.recorded_at, zone)],
    [s("from"), side(row.from)], [s("to"), side(row.to)], [s("lot"), row.lot], [s("serial"), row.serial],
    [s("document"), row.document], [s("reason"), row.reason], [s("by"), row.user ?? ""], [s("device"), row.device ?? ""],
  ];
}
