/** How labels scan, the worst first; the chosen ones go to the print page, ready to be printed. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../../api/client";
import { go } from "../../route";
import { loadQuality, type Quality } from "./api";
import { designs, readDesigns } from "./designs_data";
import { atSite } from "./stations_data";
import { begin, grouped, type Meant } from "./waiting";
import type { Way } from "./ways";
import { l } from "./words";
import { useWork } from "../frame/work";

/** Three tries for two scans: nobody should have to put up with more. */
const TRIES_BAD = 150;
const GRADES_BAD = ["D", "F"];
const WAYS: Record<string, Way> = { item: "items", location: "locations", unit: "units" };

export function QualityPage() {
  const rows = useSignal<Quality[] | null>(null);
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const { busy, problem, run } = useWork();
  useEffect(() => void run(async () => {
    rows.value = await loadQuality();
    chosen.value = new Set(rows.value.filter(isBad).map((row) => row.code));
  }), []);
  if (!rows.value) return <p class="empty muted">{problem || l("loading")}</p>;
  if (!rows.value.length) return <div class="empty"><h2>{l("quality_none_title")}</h2><p class="muted">{l("quality_none")}</p></div>;
  const tick = (code: string): void => {
    const next = new Set(chosen.value);
    if (!next.delete(code)) next.add(code);
    chosen.value = next;
  };
  const picked = rows.value.filter((row) => chosen.value.has(row.code));
  return (
    <>
      <div class="table tall">
        <table>
          <thead>
            <tr>
              <th /><th>{l("quality_code")}</th><th class="right">{l("quality_scans")}</th>
              <th class="right">{l("quality_attempts")}</th><th>{l("quality_grade")}</th><th>{l("quality_last")}</th><th />
            </tr>
          </thead>
          <tbody>
            {rows.value.map((row) => (
              <tr key={`${row.site}/${row.code}`} data-code={row.code}>
                <td><input type="checkbox" checked={chosen.value.has(row.code)} aria-label={l("quality_select", { code: row.code })} onChange={() => tick(row.code)} /></td>
                <td class="code">{row.code}</td>
                <td class="right">{row.scans}</td>
                <td class={isBad(row) ? "right minus" : "right"}>{(row.attempts_per_100 / 100).toFixed(2)}</td>
                <td>{row.worst_grade || "—"}</td>
                <td>{atSite(row.last_at, row.site)}</td>
                <td>{isBad(row) && <span class="pill bad">{l("quality_worth")}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <button class="main go" disabled={busy || !picked.length} onClick={() => void run(() => printThem(picked))}>
        {l("quality_reprint", { n: picked.length })}
      </button>
    </>
  );
}

function isBad(row: Quality): boolean {
  return row.attempts_per_100 >= TRIES_BAD || GRADES_BAD.includes(row.worst_grade);
}

/** What the codes are of, by the server: one kind is ready to be printed, the others wait there. */
async function printThem(rows: Quality[]): Promise<void> {
  if (!designs.value) await readDesigns();
  begin(grouped(await Promise.all(rows.map(meantBy))));
  go("/labels/print");
}

async function meantBy({ code, site }: Quality): Promise<Meant> {
  const { targets } = await call("post", "/api/v1/scans/resolve", {
    body: { text: code, aim: null, source: "typed", site, location: null, expected: [], look_up: false },
  });
  const [target] = targets;
  const way = (target && WAYS[target.target]) ?? null;
  return { way, site, code: way ? (target!.code ?? code) : code };
}
