/** One count beside the books, and its decision: the same on the desk and behind a phone's link. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, Problem } from "../../api/client";
import type { components } from "../../api/schema";
import { nameOf } from "../../text/words";
import { Field, Form } from "../../ui/form";
import { Sheet } from "../../ui/sheet";
import { money, moment } from "../format";
import { by, useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Tick } from "../frame/fields";
import { Money, Quantity } from "../frame/figures";
import { address } from "../frame/open_thing";
import { zoneOf } from "../frame/places";
import { say, sayProblem } from "../frame/said";
import { Answered } from "../frame/states";
import { steppedUp } from "../frame/step_up";
import { copyText } from "../frame/table/clipboard";
import { f } from "../frame/words";
import { useWork } from "../frame/work";
import { me } from "../session";
import { c } from "./words";

type Count = components["schemas"]["CountDetail"];
type Line = components["schemas"]["CountLine"];

export function CountCard({ id, onDecided }: { id: string; onDecided?: () => void }) {
  const asked = useAsk(`count/${id}`, (passive) => call("get", "/api/v1/counts/{count_id}", {
    path: { count_id: id }, headers: by(passive),
  }), { concerns: ({ topic }) => topic.startsWith("count.") || topic === "movement.posted" || topic === "device.changed", least_ms: 2000 });
  return (
    <Answered asked={asked}>
      {(count) => <Decision count={count} onAgain={asked.again} onDecided={onDecided} />}
    </Answered>
  );
}

interface DecisionProps {
  count: Count;
  onAgain: () => Promise<void>;
  onDecided: (() => void) | undefined;
}

function Decision({ count, onAgain, onDecided }: DecisionProps) {
  const zone = zoneOf(count.site);
  const people = [...new Set(count.lines.map((line) => line.counted_by ?? count.started_by).filter(Boolean))].join(", ");
  return (
    <>
      <div>
        <h1 class="code">{count.location}</h1>
        <p class="muted">
          {[count.site, c(count.whole ? "whole" : "part"), people, count.counted_at && moment(count.counted_at, zone)].filter(Boolean).join(" · ")}
          {count.value != null && <> · {c("net", { value: money(count.value) })}</>}
        </p>
      </div>
      <State count={count} zone={zone} />
      {count.state === "finished" && !count.blind && me.value?.permissions?.includes("counts.decide")
        && <Acts count={count} people={people} onAgain={onAgain} onDecided={onDecided} />}
      <div class="lines-of">
        {count.lines.map((line) => (
          <CountLine key={[line.item, line.lot, line.serial, line.unit].join("/")} line={line} count={count} zone={zone} />
        ))}
      </div>
    </>
  );
}

function State({ count, zone }: { count: Count; zone: string }) {
  if (count.state === "counting") return <p class="pill wait">{c("counting")}</p>;
  if (count.state === "finished") return count.blind ? <p class="silent">{c("blind")}</p> : null;
  const facts = { by: count.decided_by ?? "", time: count.decided_at ? moment(count.decided_at, zone) : "", reason: count.decision };
  return <p role="status"><b>{c(count.state === "approved" ? "decided_approved" : "decided_refused", facts)}</b></p>;
}

function CountLine({ line, count, zone }: { line: Line; count: Count; zone: string }) {
  const behind = address("/movements", {
    site: count.site, item: line.item, location: count.location, lot: line.lot ?? "", serial: line.serial ?? "", from: line.last_at,
  });
  const grain = [
    line.item, line.lot && c("lot", { code: line.lot }), line.serial && c("serial", { code: line.serial }),
    line.unit && c("unit", { code: line.unit }), !line.seen && c("unseen"), line.moved_while_counting && c("moved"),
  ].filter(Boolean).join(" · ");
  return (
    <section class="count-line" data-line={line.item}>
      <div>
        <h2>{nameOf({ name_zh: line.name_zh ?? "", name_en: line.name_en ?? "", sku: line.item })}</h2>
        <p class="muted small">{grain}</p>
      </div>
      <dl>
        <div><dt class="muted small">{c("col_counted")}</dt><dd><Quantity value={line.counted} unit={line.base_unit} /></dd></div>
        {line.expected !== null && (
          <>
            <div><dt class="muted small">{c("col_expected")}</dt><dd><Quantity value={line.expected} /></dd></div>
            <div><dt class="muted small">{c("col_variance")}</dt><dd><b><Quantity value={line.variance} signed /></b></dd></div>
            {line.value != null && <div><dt class="muted small">{c("col_value")}</dt><dd><Money value={line.value} signed /></dd></div>}
            <div><dt class="muted small">{c("col_since")}</dt><dd><a href={behind}><Quantity value={line.moved_since} signed /></a></dd></div>
          </>
        )}
      </dl>
      <p class="muted small">{c("col_by")} {line.counted_by ?? count.started_by} · {moment(line.last_at, zone)}</p>
    </section>
  );
}

function Acts({ count, people, onAgain, onDecided }: DecisionProps & { people: string }) {
  const { busy, problem, code, run } = useWork();
  const known = useSignal(false);
  const accept = useSignal(false);
  const refusing = useSignal(false);
  useEffect(() => { known.value = false; }, [count.id, count.silent_devices.length]);
  const silent = count.silent_devices;
  const what = summary(count);
  const decide = async (post: () => Promise<unknown>, words: "approved" | "refused"): Promise<void> => {
    const well = await run(() => steppedUp(post).catch((error: unknown) => {
      // Decided by somebody else meanwhile, the buttons go: the sentence must outlive them.
      if (error instanceof Problem && error.status === 409) sayProblem(error.message);
      throw error;
    }));
    await onAgain();
    if (!well) return;
    say(c(words, { place: count.location }));
    onDecided?.();
  };
  const approve = (): void => void decide(() => call("post", "/api/v1/counts/{count_id}/approve", {
    path: { count_id: count.id },
    body: { version: count.version, acknowledged_devices: silent.map(({ id }) => id), accept_movement: accept.value },
  }), "approved");
  return (
    <>
      {silent.length > 0 && (
        <div class="silent">
          <b>{c("silent_title")}</b>
          {silent.map((each) => (
            <p key={each.id}>{each.last_seen_at
              ? c("silent", { name: each.name, time: moment(each.last_seen_at, zoneOf(count.site)), n: each.unsent })
              : c("silent_unknown", { name: each.name })}</p>
          ))}
          <Tick label={c("silent_tick")} checked={known.value} onChange={(on) => (known.value = on)} />
        </div>
      )}
      {(code === "moved_while_counting" || count.lines.some((line) => line.moved_while_counting))
        && <Tick label={c("moved_tick")} checked={accept.value} onChange={(on) => (accept.value = on)} />}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        <Confirm main grave={false} disabled={busy || (silent.length > 0 && !known.value)} label={c("approve", { what })}
          consequence={c("approve_sure", { what, by: people })} onConfirm={approve} />
        <button disabled={busy} onClick={() => (refusing.value = true)}>{c("refuse")}</button>
        <button class="quiet" onClick={() => void run(() => copyLink(count.id))}>{c("link")}</button>
      </div>
      {refusing.value && (
        <Sheet title={c("refuse_title")} onClose={() => (refusing.value = false)}>
          <Form go={c("refuse")} busy={f("loading")} onSubmit={async ({ reason = "" }) => {
            refusing.value = false;
            await decide(() => call("post", "/api/v1/counts/{count_id}/refuse", {
              path: { count_id: count.id }, body: { version: count.version, reason: reason.trim() },
            }), "refused");
          }}>
            <Field label={c("refuse_title")} name="reason" hint={c("refuse_hint")} autofocus autocomplete="off" />
          </Form>
          <button class="quiet" onClick={() => (refusing.value = false)}>{f("keep")}</button>
        </Sheet>
      )}
    </>
  );
}

/** "−12" of one line, "Differences: 3" of several; with the value where it is known. */
export function summary(count: Count): string {
  const differing = count.lines.filter((line) => Number(line.variance ?? "0") !== 0);
  const [only] = differing;
  const what = !only ? c("agrees") : differing.length > 1 ? c("differs", { n: differing.length }) : signed(only.variance ?? "0", only.base_unit);
  return count.value != null && only ? `${what} · ${money(count.value)}` : what;
}

export function signed(value: string, unit: string): string {
  return `${value.startsWith("-") ? "−" : "+"}${value.replace("-", "")} ${unit}`;
}

async function copyLink(id: string): Promise<void> {
  const { url } = await call("get", "/api/v1/counts/{count_id}/link", { path: { count_id: id } });
  copyText(url);
  say(c("link_copied"));
}
