/** What may be done with a document in its state; each button says what follows from it. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import { isPositive } from "../../quantity";
import { ask } from "../../route";
import { Field, Form } from "../../ui/form";
import { Sheet } from "../../ui/sheet";
import { Confirm } from "../frame/confirm";
import { say } from "../frame/said";
import { steppedUp } from "../frame/step_up";
import { useWork } from "../frame/work";
import { followersOf, may, type Detail } from "./documents_data";
import { leftOf, PostSheet, type Step } from "./post_sheet";
import { d, type DocumentText } from "./words";

interface ActsProps {
  document: Detail;
  again: () => Promise<void>;
}

type Act = "approve" | "close" | "reverse" | "reopen";

export function Acts({ document, again }: ActsProps) {
  const { busy, problem, run } = useWork();
  const stale = useSignal("");
  const asking = useSignal<"close" | "reverse" | null>(null);
  const posting = useSignal<Step | null>(null);
  const { id, kind, number, state, version, lines } = document;
  const path = { document_id: id };
  const open = lines.filter((line) => Number(line.open) > 0).length;
  const underWay = state === "approved" || state === "in_progress";
  const mayPost = underWay && may("commands.request");
  const arrives = mayPost && kind === "transfer" && document.mode === "stepwise" && lines.some((line) => isPositive(leftOf(line, "arrive")));
  const followers = (underWay || state === "done") && may("documents.write") ? followersOf(kind) : [];

  const act = async (what: Act, reason = ""): Promise<void> => {
    stale.value = "";
    await run(async () => {
      try {
        await steppedUp(() => ACTS[what](path, version, reason));
      } catch (error) {
        if ((error as { code?: string }).code !== "stale_version") throw error;
        stale.value = d("stale", { version });
        return again();
      }
      say(d(`done_${what}`, { number }));
      await again();
    });
  };
  const sure = (what: Act, main = false, grave = false) => (
    <Confirm key={what} label={d(what)} main={main} grave={grave} disabled={busy}
      consequence={d(`${what}_sure` as DocumentText, { number, open, lines: lines.length })}
      onConfirm={() => { if (what === "close" || what === "reverse") asking.value = what; else void act(what); }} />
  );
  return (
    <div class="document-acts">
      <div class="acts-line">
        {state === "draft" && may("documents.write") && <button disabled={busy} onClick={() => ask({ edit: "1" })}>{d("edit")}</button>}
        {state === "draft" && may("documents.approve") && lines.length > 0 && sure("approve", true)}
        {mayPost && open > 0 && <button class={arrives ? "" : "main"} disabled={busy} onClick={() => (posting.value = "do")}>{d(kind === "transfer" && document.mode === "stepwise" ? "ship" : "post")}</button>}
        {arrives && <button class="main" disabled={busy} onClick={() => (posting.value = "arrive")}>{d("arrive")}</button>}
        {followers.length > 0 && (
          <select class="push-down" value="" aria-label={d("push_down_hint")} disabled={busy}
            onChange={(event) => ask({ new: event.currentTarget.value, origin: number, code: "", edit: "" })}>
            <option value="">{d("push_down")}</option>
            {followers.map((each) => <option key={each} value={each}>{d(`kind_${each}`)}</option>)}
          </select>
        )}
        {(underWay || state === "done") && may("documents.reverse") && sure("reverse", false, true)}
        {state !== "closed" && may("documents.approve") && sure("close", false, true)}
        {state === "closed" && may("documents.approve") && sure("reopen")}
        <a class="button" target="_blank" rel="noopener" href={`/api/v1/documents/${id}/print?paper=a4`}>{d("print_a4")}</a>
        <a class="button" target="_blank" rel="noopener" href={`/api/v1/documents/${id}/print?paper=241x140`}>{d("print_form")}</a>
      </div>
      {(stale.value || problem) && <p class="problem" role="alert">{stale.value || problem}</p>}
      {posting.value && (
        <PostSheet document={document} step={posting.value} onClose={() => (posting.value = null)}
          onPosted={async () => {
            say(d(posting.value === "arrive" ? "done_arrive" : "done_post", { number }));
            posting.value = null;
            await again();
          }} />
      )}
      {asking.value && (
        <Why what={asking.value} document={document} onClose={() => (asking.value = null)}
          onGiven={(reason) => { const what = asking.value!; asking.value = null; return act(what, reason); }} />
      )}
    </div>
  );
}

type Path = { document_id: string };

const ACTS: Record<Act, (path: Path, version: number, reason: string) => Promise<unknown>> = {
  approve: (path, version) => call("post", "/api/v1/documents/{document_id}/approve", { path, body: { version, reserve: null } }),
  close: (path, version, reason) => call("post", "/api/v1/documents/{document_id}/close", { path, body: { version, reason } }),
  reopen: (path, version) => call("post", "/api/v1/documents/{document_id}/reopen", { path, body: { version } }),
  reverse: (path, version, reason) => call("post", "/api/v1/documents/{document_id}/reverse", { path, body: { version, reason } }),
};

interface WhyProps {
  what: "close" | "reverse";
  document: Detail;
  onClose: () => void;
  onGiven: (reason: string) => Promise<void>;
}

function Why({ what, document, onClose, onGiven }: WhyProps) {
  return (
    <Sheet title={`${d(what)} ${document.number}`} onClose={onClose}>
      <Form go={d(what)} busy={d("saving")} onSubmit={({ reason = "" }) => onGiven(reason)}>
        <Field label={d(what === "close" ? "why_close" : "why_reverse")} name="reason" autofocus />
      </Form>
      <button class="quiet" onClick={onClose}>{d("cancel")}</button>
    </Sheet>
  );
}
