/** Mending that takes more than a button: expired lots frozen, promises given back, work matched to its document. */
import { useSignal } from "@preact/signals";
import { call, Problem } from "../../api/client";
import type { components } from "../../api/schema";
import { refusal } from "../../text/words";
import { Field } from "../../ui/form";
import { uuid } from "../../uuid";
import { useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select } from "../frame/fields";
import { Quantity } from "../frame/figures";
import { address } from "../frame/open_thing";
import { statuses, statusName } from "../frame/places";
import { say } from "../frame/said";
import { Answered } from "../frame/states";
import { useWork } from "../frame/work";
import type { MendProps } from "./exceptions_mend";
import { match } from "./load";
import { a } from "./words";

type Stock = components["schemas"]["Stock"];

/** What stands of the item where it was put, into a status that promises nothing. */
export function Hold({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const facts = found.facts as Record<string, string>;
  const barred = statuses.value.filter((each) => !each.available);
  const to = useSignal(barred.find(({ code }) => code === "FROZEN")?.code ?? barred[0]?.code ?? "");
  const where = { item: found.item ?? "", ...(found.site && { site: found.site }), ...(facts["lot"] && { lot: facts["lot"] }) };
  const asked = useAsk(`hold/${found.id}`, async () => {
    const { rows } = await call("get", "/api/v1/stock", { query: { ...where, limit: 200 } });
    return rows.filter((row) => Number(row.on_hand) > 0 && statuses.value.find(({ code }) => code === row.status)?.available);
  }, { concerns: ({ topic }) => topic === "movement.posted", least_ms: 2_000 });
  const hold = (row: Stock): Promise<boolean> => run(async () => {
    const { location, lot, serial, unit, item, on_hand: quantity, status: from_status, site } = row;
    const named = Object.fromEntries(Object.entries({ lot, serial, unit }).filter(([, value]) => value));
    const body = { item, location, quantity, from_status, to_status: to.value, site, ...named };
    const { answers } = await call("post", "/api/v1/commands", {
      body: { device: null, commands: [{ id: uuid(), v: 1, type: "change_status", intent: "request", body }] } as never,
    });
    const [answer] = answers ?? [];
    if (!answer?.status?.startsWith("applied")) throw new Problem(409, answer?.code ?? "conflict", {}, refusal(answer?.code ?? "conflict", answer?.fields as never));
    say(a("held", { place: row.location ?? "", status: statusName(to.value) }));
    await Promise.all([asked.again(), again()]);
  });
  return (
    <>
      <Select label={a("hold_as")} value={to.value} onChange={(code) => (to.value = code)} choices={barred.map(({ code = "" }) => ({ value: code, text: statusName(code) }))} />
      <Answered asked={asked}>{(rows) => (rows.length ? (
        <ul class="mend-rows">
          {rows.map((row) => (
            <li key={[row.location, row.lot, row.serial, row.unit, row.status].join("/")}>
              <span><b class="code">{row.location}</b> {[row.lot, row.serial, row.unit].filter(Boolean).join(" · ")} <Quantity value={row.on_hand} unit={row.base_unit} /></span>
              <Confirm grave={false} label={a("hold_it")} disabled={busy} onConfirm={() => void hold(row)}
                consequence={a("hold_sure", { place: row.location ?? "", quantity: row.on_hand ?? "", status: statusName(to.value) })} />
            </li>
          ))}
        </ul>
      ) : <p class="muted">{a("hold_none")}</p>)}</Answered>
      {problem && <p class="problem" role="alert">{problem}</p>}
    </>
  );
}

/** Open promises of the item at the site: one of them is given back. */
export function Release({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const asked = useAsk(`release/${found.id}`, async () => (await call("get", "/api/v1/reservations", {
    query: { item: found.item ?? "", ...(found.site && { site: found.site }), state: "open", limit: 100 },
  })).rows, { concerns: ({ topic }) => topic.startsWith("reservation.") || topic === "movement.posted", least_ms: 2_000 });
  const release = (uid: string): Promise<boolean> => run(async () => {
    await call("post", "/api/v1/reservations/{uid}/release", { path: { uid } });
    say(a("released"));
    await Promise.all([asked.again(), again()]);
  });
  return (
    <>
      <Answered asked={asked}>{(rows) => (rows.length ? (
        <ul class="mend-rows">
          {rows.map((row) => (
            <li key={row.uid}>
              <span><b class="code">{row.reference || row.uid.slice(0, 8)}</b> <Quantity value={row.quantity} unit={row.base_unit} /> · {row.lines.map(({ location }) => location).join(", ")} · {row.user}</span>
              <Confirm grave={false} label={a("release_it")} disabled={busy} onConfirm={() => void release(row.uid)}
                consequence={a("release_sure", { reference: row.reference || row.uid.slice(0, 8), quantity: row.quantity })} />
            </li>
          ))}
        </ul>
      ) : <p class="muted">{a("release_none")}</p>)}</Answered>
      {problem && <p class="problem" role="alert">{problem}</p>}
    </>
  );
}

/** The document that was named, where it can be approved, reopened or returned. */
export function OpenDocument({ found }: MendProps) {
  const number = String((found.facts as Record<string, unknown>)["document"] ?? "").replace(/^D[:：]/i, "");
  return number ? <p><a class="button" href={address("/documents", { code: number })}>{a("open_document", { number })}</a></p> : null;
}

/** What was posted counts for a document's lines from now on; then the exception is settled. */
export function MatchDocument({ found, again }: MendProps) {
  const { busy, problem, run } = useWork();
  const [command] = found.commands;
  const send = (number: string): Promise<boolean> => run(async () => {
    const { rows: [head] } = await call("get", "/api/v1/documents", { query: { number, limit: 1 } });
    if (!head) throw new Problem(404, "unknown_document", { document: number }, refusal("unknown_document", { document: number }));
    const [document, { rows: moved }] = await Promise.all([
      call("get", "/api/v1/documents/{document_id}", { path: { document_id: head.id } }),
      call("get", "/api/v1/movements", { query: { command: command!.id, limit: 200 } }),
    ]);
    const matches = moved.flatMap(({ id, item }) => {
      const lines = document.lines.filter((line) => line.item === item);
      const line = lines.find(({ open }) => Number(open) > 0) ?? lines[0];
      return line ? [{ movement_id: id, line: line.line }] : [];
    });
    if (!matches.length) throw new Problem(409, "not_on_document", { document: number }, a("match_none", { number }));
    await call("post", "/api/v1/documents/{document_id}/match", { path: { document_id: document.id }, body: { version: document.version, matches } });
    await call("post", "/api/v1/exceptions/{case_id}/resolve", { path: { case_id: found.id }, headers: match(found), body: { reason: a("matched_to", { number }) } });
    say(a("matched_to", { number }));
    await again();
  });
  if (!command) return null;
  return (
    <form class="form" onSubmit={(event) => {
      event.preventDefault();
      void send(String(new FormData(event.currentTarget as HTMLFormElement).get("document") ?? "").trim());
    }}>
      <Field label={a("match_document")} name="document" autocomplete="off" />
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="acts-line"><button class="main" type="submit" disabled={busy}>{a("match_it")}</button></div>
    </form>
  );
}
