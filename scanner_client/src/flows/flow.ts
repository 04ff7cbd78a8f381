/** The shape of every flow: a pure reducer (state, event) → (state, commands), and a view of a state. */
import type { ClockReading } from "../outbox/clock";
import type { Draft, ScanEvidence } from "../outbox/commands";
import type { Item, Meaning, MeaningKind } from "../scan/meaning";
import type { Text, Words } from "../text/words";

export type FlowName = "receive" | "put_away" | "move" | "pick" | "count";

export type Key = "undo" | "quantity" | "type" | "main" | "ok";

export type FlowEvent = (
  | { type: "scan"; meaning: Meaning; scan: ScanEvidence }
  | { type: "press"; key: Key }
  | { type: "quantity"; value: string }
  | { type: "answer"; index: number }
) & {
  /** Fresh ids for whatever commands this event makes. */
  ids: [string, string];
  at: ClockReading;
};

export interface Stop {
  title: Words;
  scanned: string;
  needed: Words | null;
  remedy: Words;
}

/** A question with two or three big answers. */
export type Question =
  | { about: "meaning"; options: Meaning[]; scan: ScanEvidence; code: string }
  | { about: "undo"; done: Done }
  | { about: "finish"; seen: number };

/** Something already stored, that can still be undone. */
export interface Done {
  id: string;
  words: Words;
}

export interface Base {
  flow: FlowName;
  said: Words | null;
  stop: Stop | null;
  question: Question | null;
  done: Done[];
}

export interface Step<S> {
  state: S;
  commands: Draft[];
  /** What the ears get. */
  sound: "good" | "choose" | "stop" | null;
}

export interface KeyView {
  key: Key;
  words: Words;
  off?: boolean;
}

export interface View {
  title: Text;
  progress: Words | null;
  next: { act: Words; where: string; hint: Words | null };
  thing: { item: Item; quantity: string; chips: Words[] } | null;
  /** Instead of an item: a whole handling unit. */
  unit: string;
  said: Words | null;
  keys: [KeyView, KeyView, KeyView];
  stop: Stop | null;
  question: Question | null;
  /** Numbers the keypad may take now, and with what they begin. */
  quantity: string | null;
}

export interface Flow<S extends Base = Base> {
  start(): S;
  reduce(state: S, event: FlowEvent): Step<S>;
  view(state: S): View;
  /** Which kinds the current step asks for, best first, and the item in hand. */
  expects(state: S): { kinds: MeaningKind[]; item: Item | null };
}

const UNDO_MOST = 20;

export function begin(flow: FlowName): Base {
  return { flow, said: null, stop: null, question: null, done: [] };
}

export function went<S extends Base>(state: S, change: Partial<S>, commands: Draft[] = []): Step<S> {
  return { state: { ...state, stop: null, question: null, ...change }, commands, sound: "good" };
}

export function quiet<S extends Base>(state: S, change: Partial<S> = {}): Step<S> {
  return { state: { ...state, ...change }, commands: [], sound: null };
}

export function stopped<S extends Base>(state: S, stop: Stop): Step<S> {
  return { state: { ...state, stop, question: null }, commands: [], sound: "stop" };
}

export function asked<S extends Base>(state: S, question: Question): Step<S> {
  return { state: { ...state, stop: null, question }, commands: [], sound: "choose" };
}

export function remembered(state: Base, done: Done): Done[] {
  return [done, ...state.done].slice(0, UNDO_MOST);
}

/** What was scanned, in the words of the stop screen. */
export function scannedAs(meaning: Meaning): string {
  if (meaning.kind !== "item") return meaning.code;
  return meaning.serial ?? meaning.lot ?? meaning.item.sku;
}

/** The right thing was not scanned: say what was, and what is needed. */
export function misfit<S extends Base>(state: S, meaning: Meaning, needed: Words): Step<S> {
  const scanned = scannedAs(meaning);
  if (meaning.kind === "unknown" && meaning.why !== "not_found")
    return stopped(state, {
      title: ["stop_broken"], scanned, needed: [`scan_${meaning.why}` as Text, {}], remedy: ["stop_broken_remedy"],
    });
  if (meaning.kind === "unknown")
    return stopped(state, {
      title: ["stop_unknown"], scanned, needed, remedy: ["stop_unknown_remedy"],
    });
  return stopped(state, {
    title: [`stop_is_${meaning.kind}` as Text], scanned, needed, remedy: ["stop_wrong_remedy"],
  });
}
