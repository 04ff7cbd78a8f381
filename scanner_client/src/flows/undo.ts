/** Undo, the same in every flow: ask how, then say it with a command. */
import type { Draft } from "../outbox/commands";
import { asked, quiet, went, type Base, type Done, type Step } from "./flow";

export const HOW = ["put_back", "never"] as const;

export function askUndo<S extends Base>(state: S): Step<S> {
  const done = state.done[0];
  return done ? asked(state, { about: "undo", done }) : quiet(state);
}

/** index 0: it was put back just now; 1: it never happened; else: leave it. */
export function answerUndo<S extends Base>(state: S, done: Done, index: number, id: string): Step<S> {
  const how = HOW[index];
  if (!how) return quiet(state, { question: null } as Partial<S>);
  const command: Draft = { id, type: "undo", body: { command: done.id, how }, scans: [] };
  const rest = state.done.filter((each) => each.id !== done.id);
  const change: Partial<Base> = { said: ["said_undone", { what: done.words }], done: rest };
  return went(state, change as Partial<S>, [command]);
}
