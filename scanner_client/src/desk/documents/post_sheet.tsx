/** What came, went or arrived, line by line, before it is posted: quantity, place, lot; all of it or nothing. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { call, Problem } from "../../api/client";
import type { components } from "../../api/schema";
import { isPositive, subtract } from "../../quantity";
import { nameOf } from "../../text/words";
import { Sheet } from "../../ui/sheet";
import { uuid } from "../../uuid";
import { Select } from "../frame/fields";
import { Quantity } from "../frame/figures";
import { statuses, statusName } from "../frame/places";
import { useWork } from "../frame/work";
import { BRINGING_IN, type Detail, type Line } from "./documents_data";
import { d } from "./words";

type Posting = components["schemas"]["LinePosting"];
export type Step = "do" | "arrive";

/** One share of a line while it is typed. */
interface Share {
  key: string;
  line: Line;
  quantity: string;
  location: string;
  to_location: string;
  lot: string;
  expires_on: string;
  /** One or more, parted by spaces or lines. */
  serial: string;
  status: string;
}

const SHOWN_MOST = 100;

interface PostProps {
  document: Detail;
  step: Step;
  onClose: () => void;
  onPosted: () => Promise<void>;
}

export function PostSheet({ document, step, onClose, onPosted }: PostProps) {
  const due = document.lines.filter((line) => isPositive(leftOf(line, step)));
  const shares = useSignal<Share[]>(due.slice(0, SHOWN_MOST).map((line) => shareOf(line, step)));
  const rest = due.slice(SHOWN_MOST);
  const wrong = useSignal(0);
  const key = useRef(uuid());
  const { busy, problem, run } = useWork();
  const change = (which: string, changes: Partial<Share>): void => {
    shares.value = shares.value.map((share) => (share.key === which ? { ...share, ...changes } : share));
  };
  const split = (share: Share): void => {
    const at = shares.value.indexOf(share);
    const more = { ...shareOf(share.line, step), quantity: "", lot: "", serial: "" };
    shares.value = [...shares.value.slice(0, at + 1), more, ...shares.value.slice(at + 1)];
  };
  const taken = shares.value.filter((share) => isPositive(share.quantity) || share.serial.trim());
  const count = new Set(taken.map(({ line }) => line.line)).size + rest.length;
  const post = (): Promise<unknown> => run(async () => {
    wrong.value = 0;
    const body = { version: document.version, step, lines: [...taken.flatMap(postingsOf), ...rest.map(({ line }) => ({ line }))] };
    try {
      await call("post", "/api/v1/documents/{document_id}/post", {
        path: { document_id: document.id }, body, headers: { "Idempotency-Key": key.current },
      });
    } catch (error) {
      if (error instanceof Problem) {
        key.current = uuid();
        wrong.value = Number(error.fields["line"] ?? 0);
      }
      throw error;
    }
    await onPosted();
  });
  return (
    <Sheet title={`${d(step === "arrive" ? "arrive" : "post")} ${document.number}`} onClose={onClose}>
      <form class="posting" onSubmit={(event) => { event.preventDefault(); void post(); }}>
        <p class="muted small">{d(step === "arrive" ? "arrive_hint" : BRINGING_IN.has(document.kind) ? "post_in_hint" : "post_out_hint")}</p>
        {shares.value.map((share) => (
          <ShareFields key={share.key} share={share} document={document} step={step} wrong={share.line.line === wrong.value}
            onChange={(changes) => change(share.key, changes)} onSplit={() => split(share)} />
        ))}
        {rest.length > 0 && <p class="muted">{d("post_rest", { n: rest.length })}</p>}
        {problem && <p class="problem" role="alert">{wrong.value > 0 && `${d("line")} ${wrong.value} · `}{problem}</p>}
        <div class="acts-line">
          <button class="main" type="submit" disabled={busy || !count}>{busy ? d("saving") : d(step === "arrive" ? "arrive_go" : "post_go", { n: count })}</button>
          <button class="quiet" type="button" onClick={onClose}>{d("cancel")}</button>
        </div>
      </form>
    </Sheet>
  );
}

interface ShareProps {
  share: Share;
  document: Detail;
  step: Step;
  wrong: boolean;
  onChange: (changes: Partial<Share>) => void;
  onSplit: () => void;
}

function ShareFields({ share, document, step, wrong, onChange, onSplit }: ShareProps) {
  const { line } = share;
  const comes = BRINGING_IN.has(document.kind);
  const serials = line.tracking === "serial" && comes;
  const arrives = document.kind === "transfer" && (step === "arrive" || document.mode === "direct");
  const cell = (name: "quantity" | "location" | "to_location" | "lot" | "serial", label: string, more: object = {}) => (
    <label class="field"><span>{label}</span>
      <input class={name === "quantity" ? "right" : "code"} value={share[name]} data-manual autocomplete="off" spellcheck={false}
        name={`${name}-${line.line}`} onInput={(event) => onChange({ [name]: event.currentTarget.value })} {...more} />
    </label>
  );
  return (
    <fieldset class={wrong ? "share wrong" : "share"} data-posting={line.line}>
      <legend>
        <b class="code">{line.line} · {line.item}</b> {nameOf({ name_zh: line.name_zh, name_en: line.name_en, code: line.item })}{" "}
        <span class="muted">{d("open")} <Quantity value={leftOf(line, step)} unit={line.base_unit} /></span>
      </legend>
      {serials
        ? <label class="field"><span>{d("serials")}</span><textarea class="code" rows={2} value={share.serial} data-manual spellcheck={false}
          name={`serial-${line.line}`} onInput={(event) => onChange({ serial: event.currentTarget.value })} /></label>
        : cell("quantity", `${d("quantity")} (${line.base_unit})`, { inputMode: "decimal" })}
      {step === "do" && cell("location", d(comes ? "location" : "from_location"), comes ? {} : { placeholder: d("as_suggested") })}
      {arrives && cell("to_location", d("to_location"))}
      {step === "do" && line.tracking === "lot" && cell("lot", d("lot"), comes ? {} : { placeholder: d("as_suggested") })}
      {step === "do" && !comes && line.tracking === "serial" && cell("serial", d("serial"), { placeholder: d("as_suggested") })}
      {comes && line.tracking === "lot" && (
        <label class="field"><span>{d("expires_on")}</span>
          <input type="date" value={share.expires_on} data-manual name={`expires_on-${line.line}`} onInput={(event) => onChange({ expires_on: event.currentTarget.value })} />
        </label>
      )}
      {comes && (
        <Select label={d("stock_status")} value={share.status} none={d("status_usual")} onChange={(status) => onChange({ status })}
          choices={statuses.value.map(({ code = "" }) => ({ value: code, text: statusName(code) }))} />
      )}
      <button type="button" class="quiet" onClick={onSplit} aria-label={d("split_of", { line: line.line })}>{d("split")}</button>
    </fieldset>
  );
}

/** What may still be posted of a line; for "arrive": what is under way. */
export function leftOf(line: Line, step: Step): string {
  return step === "arrive" ? subtract(line.done, line.arrived) : line.open;
}

function shareOf(line: Line, step: Step): Share {
  const serial = line.tracking === "serial";
  return {
    key: uuid(), line, quantity: serial && step === "do" ? "" : leftOf(line, step), location: line.location ?? "", to_location: line.to_location ?? "",
    lot: line.lot, expires_on: line.expires_on ?? "", serial: "", status: "",
  };
}

/** Each serial is a posting of its own. */
function postingsOf({ line, quantity, location, to_location, lot, expires_on, serial, status }: Share): Posting[] {
  const named = { location, to_location, lot, expires_on, status };
  const places = Object.fromEntries(Object.entries(named).map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text));
  const serials = serial.split(/[\s,;，；]+/).filter(Boolean);
  if (serials.length) return serials.map((each) => ({ line: line.line, quantity: "1", serial: each, ...places }));
  return [{ line: line.line, quantity: quantity.trim(), ...places }];
}
