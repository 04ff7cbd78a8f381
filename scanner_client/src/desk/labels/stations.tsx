/** Printers as columns: what is wrong and how to mend it, and what they have to do. */
import { useSignal } from "@preact/signals";
import { Ruler, Settings2, TriangleAlert } from "lucide";
import { useEffect } from "preact/hooks";
import { ask, go } from "../../route";
import { Icon } from "../../ui/icon";
import { clockTime } from "../format";
import { me } from "../session";
import { testPrint, type Job, type Printer } from "./api";
import { readDesigns } from "./designs_data";
import { faultOf } from "./faults";
import { JobCard } from "./job_card";
import { JobPanel } from "./job_panel";
import { isEnded, printerTone } from "./jobs";
import { MediaSheet } from "./media_sheet";
import { chosenJob, jobsOf, onScreen, printers } from "./stations_data";
import { l, wordedOr } from "./words";
import { useHotkeys } from "../frame/keyboard";
import { useWork } from "../frame/work";

export function Stations() {
  useEffect(() => void readDesigns().catch(() => undefined), []);
  useHotkeys([
    { keys: ["j"], label: "J", text: l("keys_next"), act: () => step(1) },
    { keys: ["k"], label: "K", text: l("keys_previous"), act: () => step(-1) },
    { keys: ["Escape"], label: "Esc", text: l("act_close"), act: () => ask({ job: "" }) },
  ]);
  const all = printers.value;
  if (!all) return <p class="empty muted">{l("loading")}</p>;
  if (!all.length) return <NoPrinter />;
  const job = chosenJob.value;
  return (
    <div class={job ? "stations chosen" : "stations"}>
      <div class="columns">{all.map((printer) => <Column key={printer.id} printer={printer} />)}</div>
      {job && <JobPanel key={job.id} job={job} />}
    </div>
  );
}

function NoPrinter() {
  return (
    <div class="empty">
      <h2>{l("stations_none_title")}</h2>
      <p class="muted">{l("stations_none")}</p>
      <button class="main" onClick={() => go("/labels/print")}>{l("go_print")}</button>
    </div>
  );
}

function Column({ printer }: { printer: Printer }) {
  const all = jobsOf(printer);
  const [open, ended] = [all.filter((job) => !isEnded(job)), all.filter(isEnded)];
  return (
    <section class="column" aria-label={printer.name} data-printer={printer.name}>
      <Head printer={printer} reason={reasonOf(printer, open)} />
      <div class="cards">
        {open.length === 0 && <p class="muted none">{l("job_none")}</p>}
        {open.map(card)}
        {ended.length > 0 && <h3 class="muted small">{l("ended_title")}</h3>}
        {ended.map(card)}
      </div>
    </section>
  );
}

function card(job: Job) {
  return <JobCard key={job.id} job={job} on={chosenJob.value === job} />;
}

/** What is wrong: as the printer says, else as the job that stopped on it says. */
function reasonOf(printer: Printer, open: Job[]): string {
  return printer.reason || (open.find((job) => job.state === "paused" && job.leased_until)?.reason ?? "");
}

function Head({ printer, reason }: { printer: Printer; reason: string }) {
  const state = !printer.online ? "offline" : reason && printer.state !== "offline" ? "paused" : printer.state;
  const tone = printerTone(state);
  const setting = useSignal(false);
  const told = useSignal("");
  const { busy, problem, run } = useWork();
  const test = async (): Promise<void> => {
    if (await run(() => testPrint(printer))) told.value = l("test_done");
  };
  const may = me.value?.permissions?.includes("labels.write");
  return (
    <header>
      <div class="name-state">
        <h2>{printer.name}</h2>
        <span class={`pill ${tone}`}>{wordedOr(`state_${state}`, state)}</span>
      </div>
      <p class="muted small">
        {[printer.station, printer.site, printer.language.toUpperCase(), l("printer_unread", { n: printer.dpi })].join(" · ")}
        <br />{[printer.media && mediaOf(printer), l("seen", { time: clockTime(Date.parse(printer.seen_at)) })].filter(Boolean).join(" · ")}
      </p>
      <Fault printer={printer} reason={reason} />
      {may && (
        <div class="acts">
          <button onClick={() => (setting.value = true)}><Icon of={Settings2} size={16} />{l("act_media")}</button>
          <button onClick={() => void test()} disabled={busy || !printer.media} title={l("test_ask")}>
            <Icon of={Ruler} size={16} />{l("act_test")}
          </button>
        </div>
      )}
      {told.value && <p class="told" role="status">{told.value}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {setting.value && <MediaSheet printer={printer} onClose={() => (setting.value = false)} />}
    </header>
  );
}

function Fault({ printer, reason }: { printer: Printer; reason: string }) {
  const said = reason || (printer.online ? "" : "station_lost");
  if (said) {
    const { what, mend } = faultOf(said);
    return (
      <div class="fault" role="status">
        <Icon of={TriangleAlert} /><div><b>{what}</b><br />{mend}</div>
      </div>
    );
  }
  if (printer.media) return null;
  return (
    <div class="fault wait" role="status">
      <Icon of={TriangleAlert} /><div><b>{l("media_none")}</b><br />{l("media_none_hint")}</div>
    </div>
  );
}

export function mediaOf({ media }: Printer): string {
  if (!media) return "—";
  const size = l("media_short", { name: media.name, width: media.width_mm, height: media.height_mm });
  return (media.across ?? 1) > 1 ? `${size} · ${l("media_across", { n: media.across ?? 1 })}` : size;
}

function step(by: number): void {
  const all = onScreen.value;
  const at = chosenJob.value ? all.indexOf(chosenJob.value) : -1;
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) ask({ job: next.id });
}
