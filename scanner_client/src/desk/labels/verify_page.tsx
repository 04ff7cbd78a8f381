/** Which of these 24 do not scan: each label scanned turns green, the rest can be printed again. */
import { useSignal } from "@preact/signals";
import { Check, X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { ask, query } from "../../route";
import { listen } from "../../scan/listen";
import { Icon } from "../../ui/icon";
import { reprintJob, verify, type Job, type Verdict } from "./api";
import { designTitle, readDesigns } from "./designs_data";
import { atSite, jobs, loadStations } from "./stations_data";
import { codesOf } from "./things";
import { l } from "./words";
import { useWork } from "../frame/work";

export function VerifyPage() {
  const printed = jobs.value.filter((job) => job.sent > 0).sort((a, b) => b.created_at.localeCompare(a.created_at));
  const id = query.value.get("job") ?? "";
  const job = printed.find((each) => each.id === id) ?? null;
  useEffect(() => void readDesigns().catch(() => undefined), []);
  if (!printed.length) return <p class="empty muted">{l("check_none")}</p>;
  return (
    <>
      <label class="field"><span>{l("check_pick")}</span>
        <select value={id} name="job" onChange={(event) => ask({ job: event.currentTarget.value })}>
          <option value="">—</option>
          {printed.map((each) => (
            <option key={each.id} value={each.id}>
              {[designTitle(each.design), each.mark, l("job_labels", { n: each.labels }), each.printer_name, atSite(each.created_at, each.site)]
                .filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </label>
      {job && <Scanning key={job.id} job={job} />}
    </>
  );
}

function Scanning({ job }: { job: Job }) {
  const verdict = useSignal<Verdict | null>(null);
  const sink = useRef<HTMLTextAreaElement>(null);
  const last = useSignal("");
  const { problem, run } = useWork();
  // One question at a time: a scan that comes meanwhile waits for the answer.
  const line = useRef<Promise<unknown>>(Promise.resolve());
  const take = (codes: string[]): void => {
    if (codes.length) last.value = codes[codes.length - 1]!;
    line.current = line.current.then(() => run(async () => { verdict.value = await verify(job, codes); }));
  };
  useEffect(() => take([]), []);
  useEffect(() => listen(sink.current!, (scan) => take([(scan.aim ?? "") + scan.text])), []);
  return (
    <>
      <textarea class="sink" ref={sink} inputMode="none" aria-label={l("check_scan")} tabIndex={-1} />
      <p>{l("check_scan")}<br /><span class="muted small">{l("check_scan_hint")}</span></p>
      <Typed onCodes={take} />
      {last.value && <p class="code muted" data-last>{last.value}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {verdict.value && <Report job={job} verdict={verdict.value} />}
    </>
  );
}

function Typed({ onCodes }: { onCodes: (codes: string[]) => void }) {
  const typed = useSignal("");
  const send = (event: Event): void => {
    event.preventDefault();
    onCodes(codesOf(typed.value));
    typed.value = "";
  };
  return (
    <form class="typing" onSubmit={send}>
      <textarea rows={2} value={typed.value} data-manual spellcheck={false} name="scanned" placeholder={l("check_typed")}
        aria-label={l("check_typed")} onInput={(event) => (typed.value = event.currentTarget.value)}
        onKeyDown={(event) => { if (event.key === "Enter" && !event.shiftKey) send(event); }} />
      <button type="submit" disabled={!typed.value.trim()}>{l("check_go")}</button>
    </form>
  );
}

function Report({ job, verdict: { read, failed, strange } }: { job: Job; verdict: Verdict }) {
  const { busy, problem, run } = useWork();
  const told = useSignal("");
  const again = (): void => {
    void run(async () => {
      await reprintJob(job, "unreadable", failed.map((each) => each.row));
      await loadStations(false);
      told.value = l("reprint_done");
    });
  };
  return (
    <section class="verdict" data-read={read.length} data-failed={failed.length}>
      <h2 class={failed.length ? "" : "plus"}>
        {failed.length ? `${l("check_missing", { n: failed.length })} · ${l("check_good", { n: read.length })}` : l("check_all_good", { n: read.length })}
      </h2>
      <ol class="checked">
        {[...read.map((row) => ({ row, codes: [] as string[] })), ...failed].sort((a, b) => a.row - b.row).map(({ row, codes }) => (
          <li key={row} class={codes.length ? "missing" : "good"} title={codes.join(" ")}>
            <Icon of={codes.length ? X : Check} size={16} />
            <span class="number">{row}</span>
            <span class="code small">{codes[0] ?? ""}</span>
            <span class="unseen">{l(codes.length ? "check_cell_missing" : "check_cell_good", { n: row })}</span>
          </li>
        ))}
      </ol>
      {strange.length > 0 && (
        <p class="doubt">{l("check_foreign", { n: strange.length })}: <span class="code">{strange.join("  ")}</span></p>
      )}
      {failed.length > 0 && (
        <button class="main" disabled={busy} onClick={again}>{l("check_reprint", { n: failed.length })}</button>
      )}
      {told.value && <p class="told" role="status">{told.value}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
    </section>
  );
}
