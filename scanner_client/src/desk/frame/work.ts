/** Doing something that may be refused: busy meanwhile, and why it failed in words. */
import { useSignal } from "@preact/signals";
import { Problem } from "../../api/client";
import { t } from "../../text/words";

export interface Work {
  busy: boolean;
  problem: string;
  /** The refusal's code, "" without one. */
  code: string;
  /** Whether it went well; a failure is in `problem`. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

export function useWork(): Work {
  const busy = useSignal(false);
  const problem = useSignal("");
  const code = useSignal("");
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    [busy.value, problem.value, code.value] = [true, "", ""];
    try {
      await work();
      return true;
    } catch (error) {
      problem.value = wordsFor(error);
      code.value = error instanceof Problem ? error.code : "";
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy: busy.value, problem: problem.value, code: code.value, run };
}

export function wordsFor(error: unknown): string {
  return error instanceof Problem ? error.message : t("error_offline");
}
