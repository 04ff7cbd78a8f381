/** The chosen job: what its labels look like, how far it is, and what a person may decide. */
import { useSignal } from "@preact/signals";
import { ArrowLeft } from "lucide";
import { useEffect } from "preact/hooks";
import { ask } from "../../route";
import { refusal } from "../../text/words";
import { Icon } from "../../ui/icon";
import { me } from "../session";
import { drawRow, isTest, loadJob, type Job, type WholeJob } from "./api";
import { designTitle } from "./designs_data";
import { faultOf } from "./faults";
import { Decide } from "./decide";
import { Doubtful, Progress } from "./job_card";
import { actionsOf, toneOf, type Action } from "./jobs";
import { Picture, Steps } from "./picture";
import { atSite, printers } from "./stations_data";
import { l, wordedOr } from "./words";

export function JobPanel({ job }: { job: Job }) {
  const deciding = useSignal<Action | null>(null);
  const whole = useSignal<WholeJob | null>(null);
  useEffect(() => void loadJob(job.id).then((read) => (whole.value = read), () => undefined), [job.id]);
  const tone = toneOf(job);
  const may = me.value?.permissions?.includes("labels.order");
  return (
    <aside class="job-panel" aria-label={l("job_title")} data-panel={job.id}>
      <button class="panel-back" onClick={() => ask({ job: "" })}><Icon of={ArrowLeft} />{l("act_back")}</button>
      <div class="name-state">
        <h2>{designTitle(job.design)}{job.mark && <span class="mark code">{job.mark}</span>}</h2>
        <span class={`pill ${tone}`}>{wordedOr(`job_${job.state}`, job.state)}</span>
      </div>
      <Progress job={job} />
      <Why job={job} />
      <Doubtful job={job} />
      {may && (
        <div class="acts">
          {actionsOf(job).map((action, at) => (
            <button key={action} class={at === 0 && action !== "redirect" ? "main" : ""} data-act={action}
              onClick={() => (deciding.value = action)}>{l(`act_${action}`)}</button>
          ))}
        </div>
      )}
      {whole.value && !isTest(job) && <Labels job={whole.value} />}
      <Facts job={job} />
      {deciding.value && <Decide action={deciding.value} job={job} rows={whole.value?.rows.length ?? 1} onClose={() => (deciding.value = null)} />}
    </aside>
  );
}

/** Why it stopped: a fault with its remedy, or what is wrong with a label's data. */
function Why({ job }: { job: Job }) {
  if (!job.reason && !job.problem) return null;
  const { what, mend } = faultOf(job.reason);
  const problem = job.problem && refusalOf(job.problem);
  return (
    <div class="fault" role="status">
      <div>{job.reason && <b>{what}</b>} {problem ?? mend}</div>
    </div>
  );
}

function refusalOf({ code, fields }: Record<string, unknown>): string {
  return refusal(String(code), fields as Record<string, unknown>);
}

function Labels({ job }: { job: WholeJob }) {
  const at = useSignal(0);
  return (
    <div class="preview">
      <Picture of={`${job.id}/${at.value}`} draw={() => drawRow(job, at.value)} width_px={360}
        alt={l("job_row", { n: at.value + 1 })} />
      <Steps at={at.value} all={job.rows.length} onStep={(to) => (at.value = to)} />
    </div>
  );
}

function Facts({ job }: { job: Job }) {
  const printer = printers.value?.find((each) => each.id === job.printer);
  const site = printer?.site ?? "";
  const reason = job.reprint_reason ? wordedOr(`reprint_${job.reprint_reason}`, job.reprint_reason) : "";
  const facts: [string, string | null | undefined][] = [
    [l("job_where"), printer?.name],
    [l("job_who"), job.user],
    [l("job_when"), atSite(job.created_at, site)],
    [l("act_reprint"), reason],
    [l("job_source"), job.source],
  ];
  return (
    <dl class="facts">
      {facts.filter(([, value]) => value).map(([name, value]) => (
        <div key={name}><dt class="muted">{name}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
