/** A draft while it is written: head, lines, save. What is refused says why, and nothing typed is lost. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call, Problem } from "../../api/client";
import { subtract } from "../../quantity";
import { ask } from "../../route";
import { Field } from "../../ui/form";
import { uuid } from "../../uuid";
import { useAsk } from "../frame/ask";
import { Confirm } from "../frame/confirm";
import { Select, TextArea } from "../frame/fields";
import { oneSite, siteName, sites } from "../frame/places";
import { say } from "../frame/said";
import { Answered, Empty } from "../frame/states";
import { fromTsv } from "../frame/table/clipboard";
import { useWork } from "../frame/work";
import { loadDetail, loadPartners, may, partnerOf, REASONS, type Detail, type Kind, type Line } from "./documents_data";
import { LinesGrid } from "./lines_grid";
import { PasteSheet } from "./paste_sheet";
import { emptyLine, isEmpty, problemOf, type DraftLine } from "./pasted_rows";
import { d } from "./words";

interface DraftProps {
  kind: Kind;
  /** The draft that is changed; none: a new one. */
  document?: Detail;
  /** What a new one comes from. */
  origin?: Detail;
  again?: () => Promise<void>;
}

type Values = Record<string, string>;

/** A new draft made from another document (下推): its partner, and what is open, or may come back, of its lines. */
export function FollowUp({ kind, origin }: { kind: Kind; origin: string }) {
  const asked = useAsk(origin, (passive) => loadDetail(origin, passive));
  return (
    <Answered asked={asked}>{(found) => (found
      ? <DraftForm kind={kind} origin={found.document} />
      : <Empty title={d("gone_title")}>{d("gone", { number: origin })}</Empty>)}</Answered>
  );
}

export function DraftForm({ kind, document, origin, again }: DraftProps) {
  const form = useRef<HTMLFormElement>(null);
  // A feed that brings somebody else's version must not make it ours unseen.
  const version = useRef(document?.version ?? 0);
  const latest = useSignal(0);
  const lines = useSignal<DraftLine[]>(firstLines(kind, document, origin));
  const strict = useSignal(false);
  const pasting = useSignal<{ cells: string[][] | null } | null>(null);
  const { busy, problem, run } = useWork();
  const saving = useRef(false);
  const sent = useRef({ text: "", key: "" });
  const priced = may("cost.read");
  const mayPrice = priced && may("cost.write");
  const wrong = lines.value.flatMap((line, at) => (!isEmpty(line) && problemOf(line, mayPrice || !priced || Boolean(document)) ? [at + 1] : []));

  const save = async (): Promise<void> => {
    strict.value = true;
    if (saving.current || wrong.length || !form.current!.reportValidity()) return;
    saving.current = true;
    latest.value = 0;
    const values = Object.fromEntries(new FormData(form.current!)) as Values;
    await run(async () => {
      const body = bodyOf(kind, values, lines.value, mayPrice);
      const saved = document
        ? await change(document.id, version.current, body).catch(async (error: unknown) => {
          if (!(error instanceof Problem) || error.code !== "stale_version") throw error;
          latest.value = (await call("get", "/api/v1/documents/{document_id}", { path: { document_id: document.id } })).version;
          return null;
        })
        : await makeOnce({ ...body, kind, site: values["site"] ?? "", ...(origin && { origin: origin.number }) }, sent.current);
      if (!saved) return;
      say(d("saved", { number: saved.number }));
      ask({ new: "", origin: "", edit: "", code: saved.number });
      await again?.();
    });
    saving.current = false;
  };
  useEffect(() => {
    // Rows of a spreadsheet are taken wherever they are pasted, save where a text is written.
    const paste = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (pasting.value || (event.target as HTMLElement).tagName === "TEXTAREA" || !/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      pasting.value = { cells: fromTsv(text) };
    };
    window.addEventListener("paste", paste);
    return () => window.removeEventListener("paste", paste);
  }, []);
  const leave = async (): Promise<void> => { ask({ new: "", origin: "", edit: "", ...(origin && { code: origin.number }) }); await again?.(); };
  return (
    <form class="draft" ref={form} data-kind={kind} onSubmit={(event) => { event.preventDefault(); void save(); }}
      onKeyDown={(event) => { if (event.key === "s" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); void save(); } }}>
      <h2>{document ? <>{d(`kind_${kind}`)} <span class="code">{document.number}</span></> : d("new_kind", { kind: d(`kind_${kind}`) })}</h2>
      {(origin || document?.origin) && <p class="muted">{d("origin")} <b class="code">{origin?.number ?? document?.origin}</b></p>}
      <HeadFields kind={kind} document={document} origin={origin} />
      <section>
        <div class="lines-head">
          <h3>{d("lines")}</h3>
          <button type="button" onClick={() => (pasting.value = { cells: null })}>{d("paste")}</button>
          <button type="button" onClick={() => (lines.value = [...lines.value, emptyLine()])}>{d("add_line")}</button>
        </div>
        <p class="small muted">{d("keys_hint")}</p>
        <LinesGrid lines={lines} kind={kind} priced={priced} mayPrice={mayPrice || Boolean(document)} strict={strict.value} />
      </section>
      {strict.value && wrong.length > 0 && <p class="problem" role="alert">{d("mend_lines", { lines: wrong.slice(0, 12).join(", ") })}</p>}
      {problem && <p class="problem" role="alert">{problem}</p>}
      {latest.value > 0 && (
        <div class="problem" role="alert">
          <p>{d("stale_edit")}</p>
          <div class="acts-line">
            <button type="button" onClick={() => { version.current = latest.value; void save(); }}>{d("overwrite")}</button>
            <button type="button" onClick={() => void leave()}>{d("discard")}</button>
          </div>
        </div>
      )}
      <div class="acts-line">
        <button class="main" type="submit" disabled={busy}>{busy ? d("saving") : d(document ? "save_changes" : "save")}</button>
        <Confirm label={d("back")} consequence={d("back_sure")} grave={false} onConfirm={() => void leave()} />
      </div>
      {pasting.value && (
        <PasteSheet cells={pasting.value.cells} mayPrice={mayPrice} onClose={() => (pasting.value = null)} onTake={(taken) => {
          lines.value = [...lines.value.filter((line) => !isEmpty(line)), ...taken];
          pasting.value = null;
        }} />
      )}
    </form>
  );
}

interface HeadProps {
  kind: Kind;
  document?: Detail | undefined;
  origin?: Detail | undefined;
}

function HeadFields({ kind, document, origin }: HeadProps) {
  const partner = partnerOf(kind);
  const partners = useAsk(`partners ${partner}`, () => (partner ? loadPartners(partner) : Promise.resolve([])));
  const chosen = useSignal({
    site: document?.site ?? origin?.site ?? oneSite.value, partner: (partner && (document ?? origin)?.[partner]) ?? "", to_site: document?.to_site ?? "",
    mode: document?.mode || "stepwise", reason: document?.reason ?? "",
  });
  const pick = (name: keyof typeof chosen.value) => (value: string): void => { chosen.value = { ...chosen.value, [name]: value }; };
  const places = sites.value.map(({ code = "" }) => ({ value: code, text: siteName(code) }));
  const known = (partners.answer ?? []).map(({ code, name }) => ({ value: code, text: name === code ? code : `${name} ${code}` }));
  return (
    <div class="head-fields">
      {!document && <Select label={d("site")} name="site" value={chosen.value.site} choices={places} onChange={pick("site")} none={d("choose_one")} />}
      {partner && <Select label={d(partner)} name={partner} value={chosen.value.partner} choices={known} onChange={pick("partner")} none={d("choose_one")} />}
      {kind === "transfer" && (
        <>
          <Select label={d("to_site")} name="to_site" value={chosen.value.to_site} choices={places} onChange={pick("to_site")} none={d("choose_one")} />
          <Select label={d("mode")} name="mode" value={chosen.value.mode} onChange={pick("mode")}
            choices={[{ value: "stepwise", text: d("mode_stepwise") }, { value: "direct", text: d("mode_direct") }]} />
        </>
      )}
      {kind === "other_issue" && (
        <Select label={d("reason")} name="reason" value={chosen.value.reason} onChange={pick("reason")} none={d("choose_one")}
          choices={REASONS.map((each) => ({ value: each, text: d(`reason_${each}`) }))} />
      )}
      <Field label={d("external_number")} name="external_number" value={document?.external_number ?? ""} optional autocomplete="off" />
      <DateField label={d("col_date")} name="document_date" value={document?.document_date ?? ""} />
      <DateField label={d("col_due")} name="due_date" value={document?.due_date ?? ""} />
      <TextArea label={d("remarks")} name="remarks" value={document?.remarks ?? ""} optional rows={2} />
    </div>
  );
}

function DateField({ label, name, value }: { label: string; name: string; value: string }) {
  return <label class="field"><span>{label}</span><input type="date" name={name} defaultValue={value} data-manual /></label>;
}

/** The same content is made once, however often it is sent. */
function makeOnce(body: ReturnType<typeof bodyOf> & { kind: Kind; site: string; origin?: string }, sent: { text: string; key: string }) {
  const text = JSON.stringify(body);
  if (text !== sent.text) Object.assign(sent, { text, key: uuid() });
  return call("post", "/api/v1/documents", { body, headers: { "Idempotency-Key": sent.key } });
}

function change(id: string, version: number, body: ReturnType<typeof bodyOf>) {
  return call("patch", "/api/v1/documents/{document_id}", { path: { document_id: id }, body, headers: { "If-Match": `"${version}"` } });
}

/** The request; a choice not made is left out, so that the server says what is missing. */
function bodyOf(kind: Kind, values: Values, lines: DraftLine[], mayPrice: boolean) {
  const named = [partnerOf(kind), kind === "transfer" && "to_site", kind === "transfer" && "mode", kind === "other_issue" && "reason", "document_date"];
  return {
    ...Object.fromEntries(named.filter((name): name is string => Boolean(name && values[name])).map((name) => [name, values[name]!])),
    external_number: values["external_number"] ?? "",
    due_date: values["due_date"] || null,
    remarks: values["remarks"] ?? "",
    lines: lines.filter((line) => !isEmpty(line)).map((line) => ({
      ...line.rest, item: line.item.trim(), quantity: line.quantity.trim(),
      ...Object.fromEntries((["unit", "location", "to_location", "lot", "expires_on", "remarks"] as const)
        .filter((name) => line[name].trim()).map((name) => [name, line[name].trim()])),
      ...(mayPrice && line.price.trim() && { price: line.price.trim() }),
    })),
  };
}

function firstLines(kind: Kind, document: Detail | undefined, origin: Detail | undefined): DraftLine[] {
  const returns = kind === "purchase_return" || kind === "sales_return";
  const lines = document ? document.lines.map(typed) : (origin?.lines ?? [])
    .map((line) => followed(line, returns ? subtract(line.done, line.rejected) : line.open)).filter(({ quantity }) => Number(quantity) > 0);
  return lines.length ? lines : [emptyLine()];
}

/** The line of a document made from this one: so much of it, in base units. */
function followed(line: Line, quantity: string): DraftLine {
  const { rest, ...same } = typed(line);
  const whole = line.packages !== null && quantity === line.quantity;
  return { ...same, quantity: whole ? line.packages! : quantity, unit: whole ? same.unit : "", remarks: "", rest: { ...rest, origin_line: line.line } };
}

function typed(line: Line): DraftLine {
  const { over_percent, under_percent, origin_line } = line;
  return {
    ...emptyLine(), item: line.item, quantity: line.packages ?? line.quantity, unit: line.packaging ?? "",
    price: line.price ?? "", location: line.location ?? "", to_location: line.to_location ?? "", lot: line.lot, expires_on: line.expires_on ?? "",
    remarks: line.remarks,
    rest: {
      ...(over_percent && { over_percent }), ...(under_percent && { under_percent }), ...(origin_line && { origin_line }),
    },
  };
}
