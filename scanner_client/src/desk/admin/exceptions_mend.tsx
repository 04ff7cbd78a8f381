/** What mends an exception, as far as the desk can do it: one button or one small form for each. */
import { useSignal } from "@preact/signals";
import { call } from "../../api/client";
import { uuid } from "../../uuid";
import { Confirm } from "../frame/confirm";
import { TextArea } from "../frame/fields";
import { address } from "../frame/open_thing";
import { say } from "../frame/said";
import { useWork } from "../frame/work";
import { Field } from "../../ui/form";
import { Hold, MatchDocument, OpenDocument, Release } from "./exceptions_acts";
import type { CaseDetail } from "./exceptions_page";
import { match } from "./load";
import { a } from "./words";

export interface MendProps {
  found: CaseDetail;
  again: () => Promise<void>;
}

export function Mend({ found, again }: MendProps) {
  switch (found.action) {
    case "look":
      return <Look found={found} again={again} />;
    case "correct":
      return <Correct found={found} again={again} />;
    case "bind":
      return <><Bind found={found} again={again} /><Correct found={found} again={again} /></>;
    case "decide":
      return <Believe found={found} again={again} />;
    case "price":
      return <Price found={found} again={again} />;
    case "call":
      return <p><a class="button" href={address("/devices", { id: found.device_id ?? "" })}>{a("open_device", { name: found.device ?? "" })}</a></p>;
    case "hold":
      return <Hold found={found} again={again} />;
    case "release":
      return <Release found={found} again={again} />;
    case "match_document":
      return <><OpenDocument found={found} again={again} /><MatchDocument found={found} again={again} /></>;
    case "approve_document":
      return <><OpenDocument found={found} again={again} /><MatchDocument found={found} again={again} /></>;
    case "open_follow_up":
    case "accept_or_return":
    case "return_to_supplier":
    case "check_shipment":
      return <OpenDocument found={found} again={again} />;
    default:
      return null;
  }
}

function Look({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  if (!found.location_id) return null;
  const ordered = found.tasks.length > 0;
  return (
    <>
      {ordered ? <p class="muted">{a("look_waits")}</p> : (
        <div class="acts-line">
          <button class="main" disabled={busy} onClick={() => void run(async () => {
            await call("post", "/api/v1/exceptions/{case_id}/look", { path: { case_id: found.id }, headers: match(found) });
            say(a("look_ordered", { place: found.location ?? "" }));
            await again();
          })}>{a("order_look", { place: found.location ?? "" })}</button>
        </div>
      )}
      {problem && <p class="problem" role="alert">{problem}</p>}
    </>
  );
}

/** The command again, as it should have been: it replaces the refused one and keeps its time. */
function Correct({ found, again }: MendProps) {
  const [command] = found.commands;
  const open = useSignal(false);
  const { busy, problem, run } = useWork();
  if (!command) return null;
  const body = Object.entries(command.body).filter(([, value]) => typeof value !== "object");
  const send = (form: HTMLFormElement): Promise<boolean> => run(async () => {
    const typed = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    const whole = { ...command.body, ...typed, ...(found.site && { site: found.site }) };
    const sent = { id: uuid(), v: 1, type: command.type, intent: "request", replaces: command.id, body: whole };
    const { answers } = await call("post", "/api/v1/commands", { body: { device: null, commands: [sent] } as never });
    const [answer] = answers ?? [];
    if (!answer?.status?.startsWith("applied")) throw await refusalOf(answer);
    say(a("corrected"));
    open.value = false;
    await again();
  });
  if (!open.value)
    return <div class="acts-line"><button class={found.action === "correct" ? "main" : ""} onClick={() => (open.value = true)}>{a("correct_it")}</button></div>;
  return (
    <form class="form" onSubmit={(event) => { event.preventDefault(); void send(event.currentTarget as HTMLFormElement); }}>
      {body.map(([name, value]) => <Field key={name} label={name} name={name} value={String(value)} optional />)}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line">
        <button class="main" type="submit" disabled={busy}>{a("send_corrected")}</button>
        <button class="quiet" type="button" onClick={() => (open.value = false)}>{a("discard")}</button>
      </div>
    </form>
  );
}

async function refusalOf(answer: { code?: string; fields?: Record<string, string> } | undefined): Promise<Error> {
  const { Problem } = await import("../../api/client");
  const { refusal } = await import("../../text/words");
  const code = answer?.code ?? "conflict";
  return new Problem(409, code, answer?.fields ?? {}, refusal(code, answer?.fields ?? {}));
}

function Bind({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const facts = found.facts as Record<string, string>;
  const said = facts["barcode"] ?? facts["item"] ?? "";
  return (
    <form class="form" onSubmit={(event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>;
      void run(async () => {
        await call("post", "/api/v1/barcodes", { body: { code: values["code"] ?? "", item: values["item"] ?? "" } as never });
        say(a("bound", { code: values["code"] ?? "", item: values["item"] ?? "" }));
        await again();
      });
    }}>
      <Field label={a("field_barcode")} name="code" value={said} />
      <Field label={a("field_item")} name="item" />
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line"><button class="main" type="submit" disabled={busy}>{a("bind")}</button></div>
    </form>
  );
}

function Believe({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const decide = (what: "accept" | "refuse"): void => void run(async () => {
    await call("post", what === "accept" ? "/api/v1/quarantine/{row_id}/accept" : "/api/v1/quarantine/{row_id}/refuse", { path: { row_id: found.key } });
    say(a(what === "accept" ? "believed" : "not_believed"));
    await again();
  });
  return (
    <>
      <div class="acts-line">
        <Confirm main grave={false} label={a("it_happened")} consequence={a("it_happened_sure")} disabled={busy} onConfirm={() => decide("accept")} />
        <Confirm label={a("it_did_not")} consequence={a("it_did_not_sure")} disabled={busy} onConfirm={() => decide("refuse")} />
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
    </>
  );
}

function Price({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const movement = String((found.facts as Record<string, unknown>)["movement_id"] ?? "");
  return (
    <form class="form" onSubmit={(event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Record<string, string>;
      void run(async () => {
        await call("post", "/api/v1/revaluations", {
          body: { movement_id: movement, unit_cost: values["unit_cost"] ?? "", reason: values["why"] ?? "" } as never,
        });
        say(a("priced"));
        await again();
      });
    }}>
      <Field label={a("field_unit_cost")} name="unit_cost" />
      <TextArea label={a("reason")} name="why" rows={1} optional />
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line"><button class="main" type="submit" disabled={busy}>{a("price_it")}</button></div>
    </form>
  );
}
