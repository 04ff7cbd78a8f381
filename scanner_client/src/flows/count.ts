/**
 * 盘点, blind: the device says what is there and never what should be. Every scan stores the line's
 * new total; a later total of the same line replaces the earlier one (RULES 8).
 */
import type { Draft, ScanEvidence } from "../outbox/commands";
import type { ClockReading } from "../outbox/clock";
import { add, parse, subtract } from "../quantity";
import type { Item, ItemMeaning } from "../scan/meaning";
import type { Words } from "../text/words";
import {
  asked, begin, misfit, quiet, stopped, went,
  type Base, type Flow, type FlowEvent, type KeyView, type Step, type View,
} from "./flow";
import { chips } from "./line";

export interface CountLine {
  item: Item;
  lot: string | null;
  serial: string | null;
  expires_on: string | null;
  counted: string;
  last: string;
  first_at: ClockReading;
  last_at: ClockReading;
}

export interface CountState extends Base {
  count: string | null;
  location: string | null;
  lines: CountLine[];
  /** The line last touched, which the keys act on. */
  at: number;
  /** An item whose lot or serial is still to be scanned. */
  waiting: { meaning: ItemMeaning; scan: ScanEvidence } | null;
  places: number;
}

type ScanEvent = Extract<FlowEvent, { type: "scan" }>;
const DIGITS_MOST = 6;

export const count: Flow<CountState> = {
  start: () => ({
    ...begin("count"), count: null, location: null, lines: [], at: -1, waiting: null, places: 0,
  }),
  reduce,
  view,
  expects: (state) => ({
    kinds: state.location ? ["item", "location"] : ["location"],
    item: state.waiting?.meaning.item ?? state.lines[state.at]?.item ?? null,
  }),
};

function reduce(state: CountState, event: FlowEvent): Step<CountState> {
  switch (event.type) {
    case "scan":
      return scanned(state, event);
    case "quantity":
      return setTotal(state, event);
    case "answer":
      return answered(state, event);
    case "press":
      return pressed(state, event);
  }
}

function scanned(state: CountState, event: ScanEvent): Step<CountState> {
  const { meaning, scan } = event;
  if (meaning.kind === "command") return commanded(state, event, meaning.code);
  if (meaning.kind === "choice")
    return asked(state, { about: "meaning", options: meaning.options, scan, code: meaning.code });
  if (meaning.kind === "location") return placed(state, event, meaning.code);
  if (!state.location) return misfit(state, meaning, ["need_count_place"]);
  if (state.waiting && meaning.kind === "unknown") return named(state, event, meaning.code);
  if (meaning.kind === "item") return seen(state, meaning, event);
  return misfit(state, meaning, state.waiting ? needed(state.waiting.meaning) : ["need_item"]);
}

/** The place to count; the same one again, or another, asks whether this one is finished. */
function placed(state: CountState, event: ScanEvent, code: string): Step<CountState> {
  if (state.waiting) return misfit(state, event.meaning, needed(state.waiting.meaning));
  if (state.location) return askFinish(state);
  return went(state, {
    count: event.ids[0], location: code, lines: [], at: -1,
    said: ["said_place", { place: code }],
  });
}

function seen(state: CountState, meaning: ItemMeaning, event: ScanEvent): Step<CountState> {
  const before = state.waiting?.meaning;
  const whole = before && before.item.sku === meaning.item.sku
    ? { ...before, lot: before.lot ?? meaning.lot, serial: before.serial ?? meaning.serial }
    : meaning;
  if (lacks(whole)) {
    if (before) return misfit(state, meaning, needed(before));
    return went(state, { waiting: { meaning: whole, scan: event.scan }, said: null });
  }
  const at = state.lines.findIndex((line) => sameKey(line, whole));
  const line = state.lines[at];
  const step = whole.item.tracking === "serial" ? "1" : whole.quantity;
  const counted = !line ? step : whole.item.tracking === "serial" ? "1" : add(line.counted, step);
  const next: CountLine = {
    item: whole.item, lot: whole.lot, serial: whole.serial,
    expires_on: whole.expires_on ?? line?.expires_on ?? null,
    counted, last: subtract(counted, line?.counted ?? "0"),
    first_at: line?.first_at ?? event.at, last_at: event.at,
  };
  return written(state, next, event, [event.scan]);
}

function named(state: CountState, event: ScanEvent, code: string): Step<CountState> {
  const { meaning } = state.waiting!;
  const what = meaning.item.tracking === "serial" ? "serial" : "lot";
  return seen({ ...state, waiting: null }, { ...meaning, [what]: code }, event);
}

/** Puts the line's total on disk. */
function written(
  state: CountState, line: CountLine, event: FlowEvent, scans: ScanEvidence[],
): Step<CountState> {
  const found = state.lines.findIndex((each) => sameKey(each, line));
  const at = found < 0 ? state.lines.length : found;
  const lines = [...state.lines];
  lines[at] = line;
  const { sku, name_zh: zh, name_en: en, base_unit: unit } = line.item;
  const said: Words = ["said_count", { name: { zh, en, code: sku }, quantity: line.counted, unit }];
  const command: Draft = { id: event.ids[0], type: "count_line", body: body(state, line), scans };
  return went(state, { lines, at, said, waiting: null }, [command]);
}

function body(state: CountState, line: CountLine): Record<string, unknown> {
  const { first_at, last_at } = line;
  // Monotonic times of two boots do not compare; then the server takes the last scan for both.
  const together = first_at.boot_id === last_at.boot_id;
  return {
    count: state.count, location: state.location, item: line.item.sku, counted: line.counted,
    ...(line.lot && { lot: line.lot }),
    ...(line.serial && { serial: line.serial }),
    ...(together && { first_mono_ms: first_at.mono_ms }),
    last_mono_ms: last_at.mono_ms,
  };
}

function setTotal(state: CountState, event: Extract<FlowEvent, { type: "quantity" }>): Step<CountState> {
  const line = state.lines[state.at];
  if (!line) return quiet(state);
  const value = parse(event.value);
  if (value === null || value < 0n || event.value.split(".")[0]!.length > DIGITS_MOST)
    return stopped(state, {
      title: ["stop_quantity"], scanned: event.value, needed: ["need_quantity"],
      remedy: ["stop_quantity_remedy"],
    });
  const last = subtract(event.value, line.counted);
  return written(state, { ...line, counted: event.value, last, last_at: event.at }, event, []);
}

function pressed(state: CountState, event: Extract<FlowEvent, { type: "press" }>): Step<CountState> {
  if (event.key === "ok") return quiet(state, { stop: null });
  if (event.key === "main" && state.location) return askFinish(state);
  if (event.key === "undo") return takeBack(state, event);
  return quiet(state);
}

/** Takes the last scan off again: a new total, like any other. */
function takeBack(state: CountState, event: FlowEvent): Step<CountState> {
  if (state.waiting) return quiet(state, { waiting: null, said: ["said_cleared"] });
  const line = state.lines[state.at];
  if (!line) return state.location ? quiet(state, count.start()) : quiet(state);
  if (line.last === "0") return quiet(state);
  const counted = subtract(line.counted, line.last);
  return written(state, { ...line, counted, last: "0", last_at: event.at }, event, []);
}

function askFinish(state: CountState): Step<CountState> {
  return asked(state, { about: "finish", seen: state.lines.length });
}

function answered(state: CountState, event: Extract<FlowEvent, { type: "answer" }>): Step<CountState> {
  const { question } = state;
  if (question?.about === "meaning" && question.options[event.index])
    return scanned({ ...state, question: null }, {
      type: "scan", meaning: question.options[event.index]!, scan: question.scan,
      ids: event.ids, at: event.at,
    });
  if (question?.about !== "finish") return quiet(state, { question: null });
  const closing = question.seen ? [0, 1] : [0];
  return closing.includes(event.index) ? finished(state, event, event.index === 0) : quiet(state, { question: null });
}

/** whole: everything in the place was seen, what was not scanned is not there. */
function finished(state: CountState, event: FlowEvent, whole: boolean): Step<CountState> {
  const command: Draft = {
    id: event.ids[0], type: "finish_count", scans: [],
    body: { count: state.count, location: state.location, whole },
  };
  return went(state, {
    ...count.start(), places: state.places + 1,
    said: ["said_finished", { place: state.location!, n: String(state.lines.length) }],
  }, [command]);
}

function commanded(state: CountState, event: FlowEvent, code: string): Step<CountState> {
  const key = { ok: "ok", done: "main", undo: "undo" }[code];
  if (code === "empty" && state.location) return askFinish(state);
  if (!key)
    return stopped(state, {
      title: ["stop_is_command"], scanned: `C:${code}`, needed: ["need_item"],
      remedy: ["stop_wrong_remedy"],
    });
  return reduce(state, { type: "press", key, ids: event.ids, at: event.at } as FlowEvent);
}

function lacks(meaning: ItemMeaning): boolean {
  const { tracking } = meaning.item;
  return (tracking === "lot" && !meaning.lot) || (tracking === "serial" && !meaning.serial);
}

function needed(meaning: ItemMeaning): Words {
  return [meaning.item.tracking === "serial" ? "need_serial" : "need_lot"];
}

function sameKey(line: CountLine, other: Pick<CountLine, "item" | "lot" | "serial">): boolean {
  return line.item.sku === other.item.sku && line.lot === other.lot && line.serial === other.serial;
}

function view(state: CountState): View {
  const line = state.lines[state.at];
  const waiting = state.waiting?.meaning;
  return {
    title: "task_count",
    progress: state.location
      ? ["progress_lines", { n: String(state.lines.length) }]
      : ["progress_places", { n: String(state.places) }],
    next: {
      act: !state.location ? ["act_count_first"] : waiting
        ? [waiting.item.tracking === "serial" ? "act_count_serial" : "act_count_lot"]
        : ["act_count_item"],
      where: state.location ?? "",
      hint: state.location && !waiting ? ["hint_count"] : null,
    },
    thing: waiting
      ? { item: waiting.item, quantity: "", chips: chips(waiting) }
      : line ? { item: line.item, quantity: line.counted, chips: chips(line) } : null,
    unit: "",
    said: state.said,
    keys: keys(state, line),
    stop: state.stop,
    question: state.question,
    quantity: line && !waiting && line.item.tracking !== "serial" ? line.counted : null,
  };
}

function keys(state: CountState, line: CountLine | undefined): View["keys"] {
  const undo: KeyView = {
    key: "undo", words: [state.waiting || line || !state.location ? "key_undo" : "key_other_place"],
    off: !state.location || Boolean(line && !state.waiting && line.last === "0"),
  };
  const type: KeyView = { key: "type", words: ["key_type"] };
  if (!state.location) return [undo, { key: "quantity", words: ["key_quantity"], off: true }, type];
  const second: KeyView = line && !state.waiting && line.item.tracking !== "serial"
    ? { key: "quantity", words: ["key_quantity"] }
    : type;
  return [undo, second, { key: "main", words: ["key_finish"], off: Boolean(state.waiting) }];
}
