/**
 * Goods on their way: receive, put away, move and pick are one reducer with four plans.
 * A plan says which place is scanned first (`first`), and whether a second one closes the line.
 */
import type { CommandType, Draft } from "../outbox/commands";
import { isPositive, parse } from "../quantity";
import type { ItemMeaning, Meaning } from "../scan/meaning";
import type { Text, Words } from "../text/words";
import {
  asked, begin, misfit, quiet, remembered, stopped, went,
  type Base, type Flow, type FlowEvent, type FlowName, type KeyView, type Step, type View,
} from "./flow";
import { belongs, chips, goods, grown, missing, openLine, withScan, type Line } from "./line";
import { answerUndo, askUndo } from "./undo";

export interface CarryPlan {
  name: FlowName;
  type: CommandType;
  title: Text;
  /** The place scanned first: where goods go to (receive) or come from (all others). */
  first: "to" | "from";
  /** Whether a second scanned place closes the line; else a key, the next item or place does. */
  second: boolean;
  /** Whether the first place stays after a line. */
  keeps: boolean;
  /** Whether documents and whole handling units make sense. */
  documents: boolean;
  units: boolean;
}

export interface CarryState extends Base {
  first: string | null;
  line: Line | null;
  unit: string | null;
  document: string | null;
  lines: number;
}

type Need = "first" | "item" | "lot" | "serial" | "second" | "confirm";
type ScanEvent = Extract<FlowEvent, { type: "scan" }>;

/** Typed quantities with more digits are most likely a barcode in the wrong field. */
const DIGITS_MOST = 6;

export function carryFlow(plan: CarryPlan): Flow<CarryState> {
  return {
    start: () => ({
      ...begin(plan.name), first: null, line: null, unit: null, document: null, lines: 0,
    }),
    reduce: (state, event) => reduce(plan, state, event),
    view: (state) => view(plan, state),
    expects: (state) => ({ kinds: expected(plan, state), item: state.line?.item ?? null }),
  };
}

function need(plan: CarryPlan, state: CarryState): Need {
  if (state.unit) return "second";
  if (!state.first) return "first";
  if (!state.line) return "item";
  return missing(state.line) ?? (plan.second ? "second" : "confirm");
}

function reduce(plan: CarryPlan, state: CarryState, event: FlowEvent): Step<CarryState> {
  switch (event.type) {
    case "scan":
      return scanned(plan, state, event);
    case "quantity":
      return setQuantity(state, event.value);
    case "answer":
      return answered(plan, state, event);
    case "press":
      return pressed(plan, state, event);
  }
}

function scanned(plan: CarryPlan, state: CarryState, event: ScanEvent): Step<CarryState> {
  const { meaning, scan } = event;
  const step = need(plan, state);
  if (meaning.kind === "command") return commanded(plan, state, event, meaning.code);
  if (meaning.kind === "choice")
    return asked(state, { about: "meaning", options: meaning.options, scan, code: meaning.code });
  if (meaning.kind === "document" && plan.documents && !state.line)
    return went(state, { document: meaning.code, said: ["said_document", { code: meaning.code }] });
  if (meaning.kind === "unit" && plan.units && !state.line)
    return went(state, { unit: meaning.code, said: ["said_unit", { code: meaning.code }] });
  if (meaning.kind === "location") return placed(plan, state, event, meaning.code);
  if ((step === "lot" || step === "serial") && meaning.kind === "unknown")
    return named(state, step, meaning.code, event);
  if (meaning.kind === "item" && step !== "first" && !state.unit)
    return itemScanned(plan, state, event, meaning);
  return misfit(state, meaning, needed(plan, step));
}

/** A place: the first one, another first one, or the one that closes the line. */
function placed(plan: CarryPlan, state: CarryState, event: ScanEvent, code: string): Step<CarryState> {
  const step = need(plan, state);
  if (step === "lot" || step === "serial") return misfit(state, event.meaning, needed(plan, step));
  if (step === "first" || step === "item")
    return went(state, { first: code, said: ["said_place", { place: code }] });
  if (step === "second") {
    if (code === state.first && !state.unit) return samePlace(state, code);
    return stored(plan, state, event, code);
  }
  // Received goods are where the last scanned place is; picked ones came from the one before.
  if (plan.first === "to") return stored(plan, { ...state, first: code }, event, null);
  const step2 = stored(plan, state, event, null);
  return { ...step2, state: { ...step2.state, first: code } };
}

function itemScanned(
  plan: CarryPlan, state: CarryState, event: ScanEvent, meaning: ItemMeaning,
): Step<CarryState> {
  const { line } = state;
  if (!line) return went(state, { line: openLine(meaning, event.scan), said: null });
  if (belongs(line, meaning)) {
    const wanted = missing(line);
    if (wanted && !meaning[wanted]) return misfit(state, meaning, needed(plan, wanted));
    return went(state, { line: grown(line, meaning, event.scan), said: null });
  }
  const step = need(plan, state);
  if (step !== "confirm") return misfit(state, meaning, needed(plan, step));
  const closed = stored(plan, state, event, null);
  return { ...closed, state: { ...closed.state, line: openLine(meaning, event.scan) } };
}

function named(
  state: CarryState, what: "lot" | "serial", code: string, event: ScanEvent,
): Step<CarryState> {
  const line = { ...state.line!, [what]: code, scans: withScan(state.line!.scans, event.scan) };
  return went(state, { line, said: null });
}

/** Stores the line (or the whole unit) as one command. */
function stored(
  plan: CarryPlan, state: CarryState, event: FlowEvent, second: string | null,
): Step<CarryState> {
  const [id] = event.ids;
  const { line, unit } = state;
  const places = plan.first === "to" ? { to: state.first } : { from: state.first };
  const body = unit
    ? { unit, to: second }
    : { ...places, ...(second && { to: second }), ...goods(line!, plan.first === "to") };
  const command: Draft = {
    id,
    type: plan.type,
    body: { ...body, ...(state.document && { document: state.document }) },
    scans: unit ? [] : line!.scans,
  };
  const words: Words = unit
    ? ["said_unit_moved", { code: unit, place: second! }]
    : [`said_${plan.name}` as Text, {
        quantity: line!.quantity, unit: line!.item.base_unit,
        name: { zh: line!.item.name_zh, en: line!.item.name_en, code: line!.item.sku },
        place: second ?? state.first!,
      }];
  return went(state, {
    line: null, unit: null, lines: state.lines + 1, said: words,
    first: plan.keeps ? state.first : null,
    done: remembered(state, { id, words }),
  }, [command]);
}

function setQuantity(state: CarryState, value: string): Step<CarryState> {
  if (!state.line) return quiet(state);
  const [whole = ""] = value.split(".");
  if (whole.length > DIGITS_MOST || parse(value) === null || !isPositive(value))
    return stopped(state, {
      title: ["stop_quantity"], scanned: value, needed: ["need_quantity"],
      remedy: ["stop_quantity_remedy"],
    });
  return went(state, { line: { ...state.line, quantity: value } });
}

function answered(
  plan: CarryPlan, state: CarryState, event: Extract<FlowEvent, { type: "answer" }>,
): Step<CarryState> {
  const { question } = state;
  if (question?.about === "undo") {
    const step = answerUndo(state, question.done, event.index, event.ids[0]);
    const undone = Math.min(step.commands.length, state.lines);
    return { ...step, state: { ...step.state, lines: state.lines - undone } };
  }
  const chosen = question?.about === "meaning" ? question.options[event.index] : undefined;
  if (question?.about !== "meaning" || !chosen) return quiet(state, { question: null });
  return scanned(plan, { ...state, question: null }, {
    type: "scan", meaning: chosen, scan: question.scan, ids: event.ids, at: event.at,
  });
}

function pressed(
  plan: CarryPlan, state: CarryState, event: Extract<FlowEvent, { type: "press" }>,
): Step<CarryState> {
  if (event.key === "ok") return quiet(state, { stop: null });
  if (event.key === "undo")
    return state.line || state.unit
      ? quiet(state, { line: null, unit: null, stop: null, said: ["said_cleared"] })
      : askUndo(state);
  if (event.key === "main" && need(plan, state) === "confirm") return stored(plan, state, event, null);
  return quiet(state);
}

/** Command labels on the lanyard card: what a key would do, without touching the screen. */
function commanded(
  plan: CarryPlan, state: CarryState, event: FlowEvent, code: string,
): Step<CarryState> {
  const key = { ok: state.stop ? "ok" : "main", done: "main", undo: "undo" }[code];
  if (!key)
    return stopped(state, {
      title: ["stop_is_command"], scanned: `C:${code}`, needed: needed(plan, need(plan, state)),
      remedy: ["stop_wrong_remedy"],
    });
  const press = { type: "press", key, ids: event.ids, at: event.at } as FlowEvent;
  return reduce(plan, state, press);
}

function samePlace(state: CarryState, code: string): Step<CarryState> {
  return stopped(state, {
    title: ["stop_same_place"], scanned: code, needed: ["need_other_place"],
    remedy: ["stop_wrong_remedy"],
  });
}

function needed(plan: CarryPlan, step: Need): Words {
  if (step === "first") return [plan.first === "to" ? "need_to" : "need_from"];
  if (step === "second") return ["need_to"];
  return [`need_${step}` as Text];
}

function expected(plan: CarryPlan, state: CarryState): Meaning["kind"][] {
  const step = need(plan, state);
  if (step === "first" || step === "second") return ["location"];
  if (step === "item") return plan.units ? ["item", "unit"] : ["item"];
  return step === "confirm" ? ["item", "location"] : ["item"];
}

function view(plan: CarryPlan, state: CarryState): View {
  const step = need(plan, state);
  const { line } = state;
  return {
    title: plan.title,
    progress: state.document
      ? ["progress_document", { code: state.document, n: String(state.lines) }]
      : ["progress_lines", { n: String(state.lines) }],
    next: {
      act: [`act_${plan.name}_${step}` as Text],
      where: step === "first" ? "" : (state.first ?? ""),
      hint: step === "confirm" ? ["hint_confirm"] : step === "second" && line ? ["hint_more"] : null,
    },
    thing: line && { item: line.item, quantity: line.quantity, chips: chips(line) },
    unit: state.unit ?? "",
    said: state.said,
    keys: keys(plan, state, step),
    stop: state.stop,
    question: state.question,
    quantity: line && line.item.tracking !== "serial" ? line.quantity : null,
  };
}

function keys(plan: CarryPlan, state: CarryState, step: Need): View["keys"] {
  const held = Boolean(state.line || state.unit);
  const undo: KeyView = held
    ? { key: "undo", words: ["key_clear"] }
    : { key: "undo", words: ["key_undo"], off: !state.done.length };
  const type: KeyView = { key: "type", words: ["key_type"] };
  const quantity: KeyView = {
    key: "quantity", words: ["key_quantity"], off: !state.line || state.line.item.tracking === "serial",
  };
  if (step === "confirm")
    return [undo, quantity, { key: "main", words: [`key_${plan.name}` as Text, {
      quantity: state.line!.quantity,
    }] }];
  return step === "second" ? [undo, type, quantity] : [undo, quantity, type];
}
