/** Documents: the list with its filters in the address, the document or its draft beside it. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ask, query } from "../../route";
import { useAsk } from "../frame/ask";
import { FilterSelect } from "../frame/fields";
import { useFilters } from "../frame/filters";
import { Halves } from "../frame/halves";
import { useHotkeys } from "../frame/keyboard";
import { site, siteName } from "../frame/places";
import { SearchBox } from "../frame/search_box";
import { Answered, Empty, Loading, NoMatch } from "../frame/states";
import type { Column } from "../frame/table/columns";
import { Table } from "../frame/table/table";
import { OneDocument } from "./document_detail";
import "./documents.css";
import { isKind, KINDS, loadDocuments, loadPartners, may, STATES, type Document } from "./documents_data";
import { DraftForm, FollowUp } from "./draft_form";
import { StatePill } from "./parts";
import { d, worded } from "./words";

export function DocumentsPage() {
  return worded() ? <Documents /> : <Loading />;
}

function Documents() {
  const code = query.value.get("code") ?? "";
  const making = query.value.get("new") ?? "";
  const origin = query.value.get("origin") ?? "";
  const picker = useRef<HTMLSelectElement>(null);
  useHotkeys([{ keys: ["n"], label: "N", text: d("key_new"), act: () => picker.current?.focus() }]);
  const back = (): void => { if (!making && !query.value.get("edit")) ask({ code: "" }); };
  return (
    <div class="documents">
      <header class="page-head">
        <h1>{d("documents")}</h1>
        {may("documents.write") && (
          <select class="new-document" ref={picker} value="" aria-label={`${d("new")}: ${d("new_hint")}`}
            onChange={(event) => ask({ new: event.currentTarget.value, origin: "", code: "", edit: "" })}>
            <option value="">+ {d("new")}</option>
            {KINDS.map((kind) => <option key={kind} value={kind}>{d(`kind_${kind}`)}</option>)}
          </select>
        )}
      </header>
      <Halves even label={d("documents")} chosen={Boolean(code || making)} onBack={back} list={<List />}
        thing={isKind(making) ? (origin ? <FollowUp key={`${making} ${origin}`} kind={making} origin={origin} /> : <DraftForm key={making} kind={making} />)
           : code ? <OneDocument key={code} number={code} />
          : <Empty title={d("choose_title")}>{d("choose")}</Empty>} />
    </div>
  );
}

function List() {
  const filters = useFilters("kind", "state", "partner", "q");
  const { kind, state, partner, q } = filters.values;
  const pages = useRef(1);
  const partners = useAsk("partners", () => loadPartners("supplier", "customer"));
  const key = `${filters.key} ${site.value}`;
  useEffect(() => { pages.current = 1; }, [key]);
  const asked = useAsk(key, (passive) =>
    loadDocuments({ kind, state, partner, site: site.value, search: q }, pages.current, passive),
  { concerns: ({ topic }) => topic.startsWith("document."), least_ms: 2_000 });
  const columns = useColumns();
  return (
    <>
      <div class="filter-line">
        <SearchBox value={q} label={d("search")} onSearch={(text) => filters.set({ q: text })} />
        <FilterSelect label={d("all_kinds")} value={kind} onChange={(value) => filters.set({ kind: value })}
          choices={KINDS.map((each) => ({ value: each, text: d(`kind_${each}`) }))} />
        <FilterSelect label={d("all_states")} value={state} onChange={(value) => filters.set({ state: value })}
          choices={STATES.map((each) => ({ value: each, text: d(`state_${each}`) }))} />
        <FilterSelect label={d("all_partners")} value={partner} onChange={(value) => filters.set({ partner: value })}
          choices={(partners.answer ?? []).map((each) => ({ value: `${each.kind}:${each.code}`, text: each.name }))} />
      </div>
      <Answered asked={asked}>{({ rows, more }) => (
        <Table name="documents" label={d("documents")} rows={rows} columns={columns} id={(row) => row.number} more={more}
          selected={query.value.get("code") ?? ""} onSelect={(row) => ask({ code: row.number, new: "", origin: "", edit: "" })}
          onEnd={() => { if (more) { pages.current += 1; void asked.again(); } }}
          empty={kind || state || partner || q ? <NoMatch onClear={filters.clear} />
            : <Empty title={d("none_title")} action={may("documents.write") && (
              <button onClick={() => ask({ new: "purchase_order" })}>{d("new_kind", { kind: d("kind_purchase_order") })}</button>
            )}>{may("documents.write") ? d("none") : d("none_read")}</Empty>} />
      )}</Answered>
    </>
  );
}

function useColumns(): Column<Document>[] {
  return useMemo(() => [
    { key: "number", title: d("col_number"), kind: "code", value: (row) => row.number, width: 128, narrow: true, head: true },
    { key: "kind", title: d("kind"), value: (row) => d(`kind_${row.kind}`), width: 112 },
    { key: "partner", title: d("partner"), value: (row) => row.partner_name || (row.to_site ? siteName(row.to_site) : ""), width: 110, grow: true },
    { key: "date", title: d("col_date"), kind: "day", value: (row) => row.document_date, cell: (row) => row.document_date, width: 115, hidden: true },
    { key: "due", title: d("col_due"), kind: "day", value: (row) => row.due_date, cell: (row) => row.due_date ?? "–", width: 104 },
    { key: "progress", title: d("col_progress"), value: (row) => `${row.lines_complete}/${row.line_count}`,
      cell: (row) => <Progress row={row} />, width: 92, narrow: true },
    { key: "state", title: d("state"), value: (row) => d(`state_${row.state}`), cell: (row) => <StatePill of={row.state} />, width: 94, narrow: true },
    { key: "external", title: d("external_number"), kind: "code", value: (row) => row.external_number, width: 140, hidden: true },
    { key: "site", title: d("site"), value: (row) => siteName(row.site), width: 130, hidden: true },
  ], [d("col_number")]);
}

function Progress({ row }: { row: Document }) {
  const share = row.line_count ? (100 * row.lines_complete) / row.line_count : 0;
  return (
    <span class="progress" title={d("progress_of", { done: row.lines_complete, all: row.line_count })}>
      <span class="bar-of"><span style={{ width: `${share}%` }} /></span> {row.lines_complete}/{row.line_count}
    </span>
  );
}
