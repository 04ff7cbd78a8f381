/** One job in a printer's column: what, how many, for whom, how far, and what is in doubt. */
import { ask } from "../../route";
import type { Job } from "./api";
import { designTitle } from "./designs_data";
import { faultOf } from "./faults";
import { isEnded, ranges, toneOf } from "./jobs";
import { l, wordedOr } from "./words";

export function JobCard({ job, on }: { job: Job; on: boolean }) {
  const tone = toneOf(job);
  return (
    <button class={`card ${tone}${isEnded(job) ? " ended" : ""}${on ? " on" : ""}`} aria-current={on}
      onClick={() => ask({ job: job.id })} data-job={job.id} data-state={job.state}>
      <span class="name-state">
        <b>{designTitle(job.design)}{job.mark && <span class="mark code">{job.mark}</span>}</b>
        <span class={`pill ${tone}`}>{wordedOr(`job_${job.state}`, job.state)}</span>
      </span>
      <span class="muted small">
        {[l("job_labels", { n: job.labels }), job.user, job.reprint_of && l("job_of")].filter(Boolean).join(" · ")}
      </span>
      <Progress job={job} />
      {job.reason && <span class="why small">{faultOf(job.reason).what}</span>}
      <Doubtful job={job} />
    </button>
  );
}

export function Progress({ job }: { job: Job }) {
  const checking = job.checked < job.labels && !isEnded(job);
  const done = checking ? job.checked : Math.max(job.confirmed, job.state === "unverified" ? job.sent : 0);
  const share = job.labels ? (100 * done) / job.labels : 0;
  const words = l(checking ? "job_checking" : "job_progress", { done, all: job.labels });
  return (
    <span class="progress">
      <span class="track"><span class={checking ? "bar-part checking" : "bar-part"} style={{ width: `${share}%` }} /></span>
      <span class="small">{words}</span>
    </span>
  );
}

export function Doubtful({ job }: { job: Job }) {
  if (!job.doubtful.length) return null;
  return <span class="doubt small">{l("job_doubtful", { numbers: ranges(job.doubtful) })}</span>;
}
