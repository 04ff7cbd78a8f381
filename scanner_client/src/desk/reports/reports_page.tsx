/** Reports, reports by the clock, and export batches; one tab each. */
import type { FunctionComponent } from "preact";
import { path } from "../../route";
import { Loading } from "../frame/states";
import { Exports } from "./exports";
import { ReportView } from "./report_page";
import "./reports.css";
import { Schedules } from "./schedules";
import { r, worded, type ReportText } from "./words";

const TABS: readonly (readonly [string, ReportText, FunctionComponent])[] = [
  ["/reports", "reports", ReportView],
  ["/reports/schedules", "schedules", Schedules],
  ["/reports/exports", "exports", Exports],
];

export function ReportsPage() {
  if (!worded()) return <Loading />;
  // A message about a finished report leads to /reports/runs/17.
  const here = path.value.startsWith("/reports/runs") ? "/reports/schedules" : path.value;
  const [at, , Tab] = TABS.find(([to]) => to === here) ?? TABS[0]!;
  return (
    <div class="reports">
      <nav class="tabs" aria-label={r("sections")}>
        {TABS.map(([to, text]) => <a key={to} href={to} aria-current={to === at ? "page" : undefined}>{r(text)}</a>)}
      </nav>
      <div class="reports-body" key={at}><Tab /></div>
    </div>
  );
}
