/** What the tabs share: state pills, secrets shown once, tests, rights. */
import { useSignal } from "@preact/signals";
import type { components } from "../../api/schema";
import { refusal } from "../../text/words";
import { moment } from "../format";
import { zoneOf } from "../frame/places";
import { say, sayProblem } from "../frame/said";
import { me } from "../session";
import { m, sayOr } from "./words";

export type Attempt = components["schemas"]["Attempt"];

const TONES: Record<string, string> = {
  active: "fine", sent: "fine", delivered: "fine", pending: "wait", paused: "wait", disabled: "bad", failed: "bad",
};

export function mayWrite(): boolean {
  return Boolean(me.value?.permissions?.includes("messages.write"));
}

export function State({ of }: { of: string }) {
  return <span class={`pill ${TONES[of] ?? ""}`}>{sayOr(`state_${of}`, of)}</span>;
}

export function when(instant: string | null | undefined): string {
  return instant ? moment(instant, zoneOf()) : m("never");
}

/** Why an attempt failed, in words where we have them. */
export function why({ code, status, excerpt }: { code: string; status: number; excerpt: string }): string {
  const known = code && !/^(http|smtp|bot)_/.test(code);
  return [known ? refusal(code) : code, status || "", excerpt].filter(Boolean).join(" · ");
}

export function tellOutcome(name: string, outcome: Attempt): void {
  if (outcome.verdict === "delivered") say(m("test_fine", { name, ms: outcome.took_ms }));
  else sayProblem(m("test_bad", { name, why: why(outcome) }));
}

/** Something nobody is shown again. */
export function ShownOnce({ words, text }: { words: string; text: string }) {
  const copied = useSignal(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
  };
  return (
    <div class="shown-once" role="status">
      <p>{words}</p>
      <p class="code">{text}</p>
      {"clipboard" in navigator && <button onClick={() => void copy()}>{copied.value ? m("copied") : m("copy")}</button>}
    </div>
  );
}

export function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}
