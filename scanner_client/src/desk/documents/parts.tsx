/** What the list, the document and its draft share. */
import type { State } from "./documents_data";
import { d } from "./words";

const TONES: Record<State, string> = { draft: "", approved: "wait", in_progress: "wait", done: "fine", closed: "" };

export function StatePill({ of }: { of: State }) {
  return <span class={`pill ${TONES[of]}`}>{d(`state_${of}`)}</span>;
}
