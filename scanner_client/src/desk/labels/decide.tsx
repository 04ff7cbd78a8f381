/** The questions before something is done to a job; each button says what follows. */
import { useSignal } from "@preact/signals";
import { Sheet } from "../../ui/sheet";
import {
  cancelJob, redirectJob, reprintJob, resumeJob, type Job, type Reason,
} from "./api";
import { asksPaper, fits, numbersIn, type Action } from "./jobs";
import { mediaOf } from "./stations";
import { loadStations, printers } from "./stations_data";
import { l } from "./words";
import { useWork, type Work } from "../frame/work";

interface DecideProps {
  action: Action;
  job: Job;
  /** How many different labels it has. */
  rows: number;
  onClose: () => void;
}

interface Question {
  job: Job;
  rows: number;
  work: Work;
  act: (work: () => Promise<unknown>) => void;
}

const REASONS: readonly Reason[] = ["damaged", "lost", "misprint", "unreadable", "other"];
/** The server knows of more doubt than the page does. */
const ASKS = "say_what_was_printed";
const TITLES = {
  cancel: "act_cancel", redirect: "redirect_title", resume: "act_resume", reprint: "reprint_title",
} as const;

export function Decide({ action, job, rows, onClose }: DecideProps) {
  const work = useWork();
  const act = (what: () => Promise<unknown>): void => {
    void work.run(async () => {
      await what();
      await loadStations(false);
    }).then((well) => { if (well) onClose(); });
  };
  const asked: Question = { job, rows, work, act };
  return (
    <Sheet title={l(TITLES[action])} onClose={onClose}>
      {action === "cancel" && <Cancel {...asked} />}
      {action === "redirect" && <Redirect {...asked} />}
      {action === "resume" && <Resume {...asked} />}
      {action === "reprint" && <Reprint {...asked} />}
      {work.problem && <p class="problem" role="alert">{work.problem}</p>}
      <button class="quiet" onClick={onClose}>{action === "cancel" ? l("keep") : l("act_close")}</button>
    </Sheet>
  );
}

function Cancel({ job, work, act }: Question) {
  const left = job.labels - job.confirmed;
  return (
    <>
      <p>{l("cancel_ask", { n: left })}</p>
      <button class="danger" disabled={work.busy} onClick={() => act(() => cancelJob(job))}>{l("cancel_yes", { n: left })}</button>
    </>
  );
}

function Redirect({ job, work, act }: Question) {
  const printed = useSignal<number | null>(null);
  const asks = asksPaper(job) || work.code === ASKS;
  const here = printers.value?.find((each) => each.id === job.printer);
  const media = here?.media;
  const others = (printers.value ?? []).filter((each) =>
    each.id !== job.printer && each.site === here?.site
    && (!media || fits(each, [media.width_mm, media.height_mm])));
  if (!others.length) return <p>{l("redirect_none")}</p>;
  return (
    <>
      {asks && <LastGood job={job} printed={printed.value} onChoose={(n) => (printed.value = n)} />}
      <div class="answers">
        {others.map((each) => (
          <button key={each.id} disabled={work.busy || (asks && printed.value === null)}
            onClick={() => act(() => redirectJob(job, each, printed.value))}>
            {each.name}<br /><span class="muted small">{mediaOf(each)}</span>
          </button>
        ))}
      </div>
    </>
  );
}

function Resume({ job, work, act }: Question) {
  const printed = useSignal<number | null>(null);
  if (!asksPaper(job) && work.code !== ASKS)
    return <button class="main" disabled={work.busy} onClick={() => act(() => resumeJob(job, null))}>{l("resume_plain")}</button>;
  const good = printed.value;
  return (
    <>
      <LastGood job={job} printed={good} onChoose={(n) => (printed.value = n)} />
      <button class="main" disabled={work.busy || good === null} onClick={() => act(() => resumeJob(job, good))}>
        {good === job.labels ? l("resume_all") : l("resume_go", { n: (good ?? job.confirmed) + 1 })}
      </button>
    </>
  );
}

interface LastGoodProps {
  job: Job;
  printed: number | null;
  onChoose: (printed: number | null) => void;
}

/** The likely label as two big answers; any other number by hand. */
function LastGood({ job, printed, onChoose }: LastGoodProps) {
  const doubted = Math.max(job.sent, job.confirmed + 1);
  return (
    <>
      <h3>{l("resume_title")}</h3>
      <p class="muted">{l("resume_hint")}</p>
      <div class="answers pair">
        <button aria-pressed={printed === doubted} onClick={() => onChoose(doubted)}>{l("resume_printed", { n: doubted })}</button>
        <button aria-pressed={printed === doubted - 1} onClick={() => onChoose(doubted - 1)}>{l("resume_not_printed", { n: doubted })}</button>
      </div>
      <label class="field"><span>{l("resume_number")}</span>
        <input type="number" min={job.confirmed} max={job.labels} value={printed ?? ""} data-manual
          onInput={(event) => onChoose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))} />
      </label>
    </>
  );
}

function Reprint({ job, rows, work, act }: Question) {
  const reason = useSignal<Reason>("damaged");
  const typed = useSignal("");
  const chosen = numbersIn(typed.value, rows);
  const count = chosen?.length || rows;
  return (
    <>
      <div class="reasons">
        {REASONS.map((each) => (
          <button key={each} aria-pressed={reason.value === each} onClick={() => (reason.value = each)}>{l(`reprint_${each}`)}</button>
        ))}
      </div>
      {rows > 1 && (
        <label class="field"><span>{l("reprint_which")}</span>
          <input value={typed.value} data-manual onInput={(event) => (typed.value = event.currentTarget.value)} />
          <span class="muted small">{chosen ? l("reprint_which_hint") : l("reprint_bad", { n: rows })}</span>
        </label>
      )}
      <button class="main" disabled={work.busy || !chosen} onClick={() => act(() => reprintJob(job, reason.value, chosen ?? []))}>
        {l("reprint_go", { n: count })}
      </button>
    </>
  );
}
