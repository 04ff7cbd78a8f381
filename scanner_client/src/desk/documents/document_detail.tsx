/** One document: head, what may be done with it, lines with progress, history, movements, files. */
import { query } from "../../route";
import { nameOf } from "../../text/words";
import { moment } from "../format";
import { useAsk } from "../frame/ask";
import { Money, Quantity } from "../frame/figures";
import { address } from "../frame/open_thing";
import { siteName, zoneOf } from "../frame/places";
import { routeOf } from "../frame/routes";
import { Answered, Empty } from "../frame/states";
import { Acts } from "./document_acts";
import { loadDetail, may, type Detail, type Line } from "./documents_data";
import { DraftForm } from "./draft_form";
import { Files } from "./files";
import { StatePill } from "./parts";
import { d, sayOr } from "./words";

type Movement = NonNullable<Awaited<ReturnType<typeof loadDetail>>>["movements"][number];

export function OneDocument({ number }: { number: string }) {
  const asked = useAsk(number, (passive) => loadDetail(number, passive), {
    concerns: ({ topic, payload }) => topic.startsWith("document.") && (payload as { number?: string }).number === number,
    least_ms: 1_000,
  });
  return (
    <Answered asked={asked}>{(found) => {
      if (!found) return <Empty title={d("gone_title")}>{d("gone", { number })}</Empty>;
      const { document, movements } = found;
      if (query.value.get("edit") && document.state === "draft" && may("documents.write"))
        return <DraftForm kind={document.kind} document={document} again={asked.again} />;
      return (
        <article class="document" data-document={document.number} data-state={document.state}>
          <header class="document-head">
            <h2>{d(`kind_${document.kind}`)} <span class="code">{document.number}</span></h2>
            <StatePill of={document.state} />
          </header>
          <Acts document={document} again={asked.again} />
          <Head document={document} />
          <Lines document={document} />
          <History document={document} />
          <Movements rows={movements} document={document} />
          <Files document={document} again={asked.again} />
        </article>
      );
    }}</Answered>
  );
}

function Head({ document }: { document: Detail }) {
  const facts: [string, string | null][] = [
    [d("site"), siteName(document.site)],
    [d("to_site"), document.to_site && siteName(document.to_site)],
    [d("mode"), document.mode && sayOr(`mode_${document.mode}`, document.mode)],
    [d("partner"), document.partner_name],
    [d("external_number"), document.external_number],
    [d("origin"), document.origin],
    [d("col_date"), document.document_date],
    [d("col_due"), document.due_date],
    [d("reason"), document.reason && sayOr(`reason_${document.reason}`, document.reason)],
    [d("remarks"), document.remarks],
  ];
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value).map(([name, value]) => <div key={name}><dt class="muted">{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

function Lines({ document }: { document: Detail }) {
  const { lines } = document;
  if (!lines.length) return <section><h3>{d("lines")}</h3><p class="muted">{d("no_lines")}</p></section>;
  const priced = lines.some(({ price }) => price !== undefined);
  return (
    <section>
      <h3>{d("lines")}</h3>
      <div class="table tall" tabIndex={0} role="region" aria-label={d("lines")}>
        <table>
          <thead><tr>
            <th>{d("line")}</th><th>{d("item")}</th><th class="right">{d("ordered")}</th><th class="right">{d("done")}</th>
            <th class="right">{d("open")}</th><th>{d("col_progress")}</th>{priced && <th class="right">{d("price")}</th>}<th>{d("location")}</th>
          </tr></thead>
          <tbody>{lines.map((line) => <LineRow key={line.line} line={line} priced={priced} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function LineRow({ line, priced }: { line: Line; priced: boolean }) {
  const share = Math.min(100, (100 * Number(line.done)) / Number(line.quantity));
  const odd = [
    line.lot && `${d("lot")} ${line.lot}`,
    Number(line.rejected) > 0 && d("rejected", { quantity: line.rejected }),
    Number(line.short) > 0 && d("short", { quantity: line.short }),
    Number(line.reserved) > 0 && `${d("reserved")} ${line.reserved}`,
    line.remarks,
  ].filter(Boolean).join(" · ");
  return (
    <tr data-line={line.line}>
      <td>{line.line}</td>
      <td class="two">
        <b class="code">{line.item}</b> <span class="long">{nameOf({ name_zh: line.name_zh, name_en: line.name_en, code: line.item })}</span>
        {odd && <div class="small muted">{odd}</div>}
      </td>
      <td class="right">
        <Quantity value={line.quantity} unit={line.base_unit} />
        {line.packaging && <div class="small muted">{line.packages} {line.packaging}</div>}
      </td>
      <td class="right"><Quantity value={line.done} /></td>
      <td class="right"><Quantity value={line.open} /></td>
      <td><span class="progress"><span class="bar-of"><span style={{ width: `${share}%` }} /></span> {Math.floor(share)}%</span></td>
      {priced && <td class="right"><Money value={line.price} /></td>}
      <td class="code">{[line.location, line.to_location].filter(Boolean).join(" → ")}</td>
    </tr>
  );
}

function History({ document }: { document: Detail }) {
  const steps: [string, string | null, string | null, string][] = [
    [d("made"), document.created_at, document.created_by, ""],
    [d("approved"), document.approved_at, document.approved_by, ""],
    [d("closed"), document.closed_at, document.closed_by, document.close_reason],
  ];
  if (document.changed_at !== document.created_at) steps.push([d("changed"), document.changed_at, null, d(`state_${document.state}`)]);
  return (
    <section>
      <h3>{d("history")}</h3>
      <ol class="steps">
        {steps.filter(([, at]) => at).map(([what, at, who, more]) => (
          <li key={what}><b>{what}</b> {moment(at!, zoneOf(document.site))}{who && ` · ${who}`}{more && ` · ${more}`}</li>
        ))}
      </ol>
    </section>
  );
}

function Movements({ rows, document }: { rows: Movement[]; document: Detail }) {
  const itemOf = (number: number): string => document.lines.find(({ line }) => line === number)?.item ?? "";
  return (
    <section>
      <h3>{d("movements")}</h3>
      {!rows.length ? <p class="muted">{d("movements_none")}</p> : (
        <div class="table" tabIndex={0} role="region" aria-label={d("movements")}>
          <table>
            <thead><tr><th>{d("time")}</th><th>{d("line")}</th><th>{d("item")}</th><th class="right">{d("done")}</th><th class="right">{d("arrived")}</th></tr></thead>
            <tbody>{rows.map((row) => (
              <tr key={`${row.movement_id} ${row.line}`} data-movement={row.movement_id}>
                <td>{moment(row.occurred_at, zoneOf(document.site))}{row.undone && <span class="pill">{d("undone")}</span>}</td>
                <td>{row.line}</td>
                <td><ItemMovements item={itemOf(row.line)} /></td>
                <td class="right"><Quantity value={row.done} /></td><td class="right"><Quantity value={row.arrived} /></td>
              </tr>
            ))}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** The item, linked to its movements where the reader has a page for them. */
function ItemMovements({ item }: { item: string }) {
  const route = routeOf("/movements");
  if (!route || !may(route.permission)) return <span class="code">{item}</span>;
  return <a class="code" title={d("all_movements")} href={address("/movements", { item })}>{item}</a>;
}
