/** One report: chosen and narrowed in the address, its totals, its rows, and where each figure comes from. */
import { useSignal } from "@preact/signals";
import { CircleHelp, Clock, Download } from "lucide";
import { useMemo } from "preact/hooks";
import { call } from "../../api/client";
import { ask, go } from "../../route";
import { language } from "../../text/words";
import { Icon } from "../../ui/icon";
import { by, useAsk } from "../frame/ask";
import { useFilters } from "../frame/filters";
import { Money, Quantity } from "../frame/figures";
import { address } from "../frame/open_thing";
import { Answered, Empty, NoMatch } from "../frame/states";
import { Table } from "../frame/table/table";
import { may } from "../admin/may";
import { rowAddress } from "./drill";
import { addedUp, HowSheet } from "./how";
import { usePaged } from "./paged";
import { columnsOf, rowsOf, short, type Report, type Row } from "./report_columns";
import { askedOf, NAMES, Pick, ReportFilters, type ReportKind } from "./report_filters";
import { r } from "./words";

const PAGE = 200;
const HOME = "stock_summary";

export function ReportView() {
  const kinds = useAsk(`reports ${language.value}`, () => call("get", "/api/v1/reports", { query: { language: language.value } }));
  return <Answered asked={kinds}>{({ rows }) => <Chosen kinds={rows} />}</Answered>;
}

function Chosen({ kinds }: { kinds: ReportKind[] }) {
  const filters = useFilters(...NAMES);
  const kind = kinds.find(({ name }) => name === (filters.values.report || HOME)) ?? kinds[0]!;
  const asked = askedOf(kind, filters.values);
  const query = { ...asked, language: language.value };
  const file = (format: string): string => address(`/api/v1/report-files/${kind.name}.${format}`, query);
  const wants = kind.name === "item_ledger" && !asked["item"];
  const isSet = NAMES.some((name) => name !== "report" && filters.values[name] !== "");
  const clear = (): void => { filters.clear(); ask({ report: kind.name }); };
  // Another report keeps what both know: the days, the group, the thing looked at.
  const choose = (report: string): void => {
    const next = kinds.find(({ name }) => name === report)!;
    const lost = NAMES.filter((name) => name !== "report" && !next.filters.includes(name) && !(name === "group" && next.groups.includes(filters.values.group)));
    ask({ ...Object.fromEntries(lost.map((name) => [name, ""])), report });
  };
  return (
    <div class="one-column three report" data-report={kind.name}>
      <header class="page-head">
        <h1>
          <Pick label={r("report")} value={kind.name} choices={kinds.map(({ name, title }) => ({ value: name, text: title }))} onChange={choose} />
        </h1>
        {!wants && (
          <div class="page-acts">
            {may("reports.write") && (
              <a class="button" href={address("/reports/schedules", { ...asked, report: kind.name, new: "1" })} aria-label={r("schedule_this")}><Icon of={Clock} size={16} /> <span class="word">{r("schedule_this")}</span></a>
            )}
            <a class="button" href={file("csv")} download aria-label={r("download_csv")}><Icon of={Download} size={16} /> CSV</a>
            <a class="button" href={file("xlsx")} download aria-label={r("download_xlsx")}><Icon of={Download} size={16} /> Excel</a>
          </div>
        )}
      </header>
      <ReportFilters kind={kind} filters={filters} isSet={isSet} onClear={clear} />
      {wants ? <WhichItem onChosen={(item) => filters.set({ item })} />
        : <Rows key={kind.name} kind={kind} asked={asked} isSet={isSet} onClear={clear} />}
    </div>
  );
}

function WhichItem({ onChosen }: { onChosen: (item: string) => void }) {
  return (
    <Empty title={r("pick_item_title")} action={
      <form class="which-item" onSubmit={(event) => {
        event.preventDefault();
        const item = String(new FormData(event.currentTarget).get("which") ?? "").trim();
        if (item) onChosen(item);
      }}>
        <input name="which" aria-label={r("item")} placeholder={r("item")} data-manual autofocus spellcheck={false} autocomplete="off" />
        <button class="main" type="submit">{r("show")}</button>
      </form>
    }>{r("pick_item")}</Empty>
  );
}

interface RowsProps {
  kind: ReportKind;
  asked: Record<string, string>;
  isSet: boolean;
  onClear: () => void;
}

const NUMBERED = new WeakMap<object, Row[]>();

function Rows({ kind, asked, isSet, onClear }: RowsProps) {
  const explained = useSignal<{ how: Record<string, unknown>; title: string } | null>(null);
  const selected = useSignal("");
  const key = JSON.stringify({ ...asked, report: kind.name, language: language.value });
  const paged = usePaged(key, async (cursor, passive) => {
    const query = { ...asked, limit: PAGE, cursor, language: language.value } as never;
    return call("get", "/api/v1/reports/{name}", { path: { name: kind.name }, query, headers: by(passive) });
  });
  const report = paged.asked.answer;
  const rows = useMemo(() => numbered(paged.rows, report), [paged.rows, report]);
  const columns = useMemo(() => columnsOf(kind.name, report?.columns ?? [], (row) => {
    if (row.how) explained.value = { how: { ...row.how, method: row.cells["method"] }, title: String(row.cells["item"] ?? row.cells["category"] ?? kind.title) };
  }), [report, kind.name]);
  const sums = useMemo(() => sumsOf(report), [report]);
  return (
    <>
      <Answered asked={paged.asked}>
        {(answer) => (
          <div class="summed">
            <Summary report={answer} onHow={() => (explained.value = { how: answer.how, title: kind.title })} />
            <Table name={`report.${kind.name}`} label={kind.title} rows={rows} columns={columns} id={(row) => row.at} sums={sums} more={paged.more} onEnd={paged.next}
              selected={selected.value} onSelect={(row) => (selected.value = row.at)}
              onOpen={(row) => { const to = rowAddress(row.drill); if (to) go(to); }}
              empty={<NoRows name={kind.name} isSet={isSet} onClear={onClear} />} />
          </div>
        )}
      </Answered>
      {explained.value && <HowSheet report={kind.name} title={explained.value.title} how={explained.value.how} onClose={() => (explained.value = null)} />}
    </>
  );
}

/** The same rows for the same answer: tables sort and sum them only once. */
function numbered(rows: Report["rows"], report: Report | null): Row[] {
  if (!report) return [];
  let known = NUMBERED.get(rows);
  if (!known) NUMBERED.set(rows, (known = rowsOf({ ...report, rows }, 0)));
  return known;
}

/** Totals by column; ratios as short as they are shown in the rows. */
function sumsOf(report: Report | null): Map<string, string> {
  const kinds = new Map((report?.columns ?? []).map(({ name, kind }) => [name, kind]));
  const told = Object.entries(report?.totals ?? {}).filter(([name, value]) => value !== null && kinds.has(name));
  return new Map(told.map(([name, value]) => [name, kinds.get(name) === "number" ? short(String(value)) : String(value)]));
}

function NoRows({ name, isSet, onClear }: { name: string; isSet: boolean; onClear: () => void }) {
  if (name === "below_minimum")
    return <Empty title={r("none_below_minimum")} action={<a class="button" href="/records?kind=item_sites">{r("set_reorder_points")}</a>}>{r("none_below_minimum_hint")}</Empty>;
  if (name === "expiry") return <Empty title={r("none_expiry")}>{r("none_expiry_hint")}</Empty>;
  return isSet ? <NoMatch onClear={onClear} /> : <Empty title={r("none_title")}>{r("none")}</Empty>;
}

/** Opening + in − out = closing in one line, money where it may be seen; and how it was computed. */
function Summary({ report, onHow }: { report: Report; onHow: () => void }) {
  return (
    <div class="summary-line">
      {addedUp(report.how).map(({ name, sign, told }) => (
        <span key={name} data-figure={name}>
          {sign} <span class="muted">{r(`fact_${name}` as "fact_in")}</span>{" "}
          <b>{told.value !== undefined ? <Money value={told.value} /> : <Quantity value={told.quantity} />}</b>
        </span>
      ))}
      <button class="link" onClick={onHow}><Icon of={CircleHelp} size={16} /> {r("how")}</button>
    </div>
  );
}
