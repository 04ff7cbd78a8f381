/** A label as the server draws it: asked a moment after the last change; the newest answer wins. */
import { useSignal } from "@preact/signals";
import { ChevronLeft, ChevronRight } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Icon } from "../../ui/icon";
import { l } from "./words";
import { wordsFor } from "../frame/work";

const TYPING_MS = 250;

interface PictureProps {
  /** Says what is drawn: the same key is the same picture. "" draws nothing. */
  of: string;
  draw: () => Promise<Blob>;
  alt: string;
  /** Wanted width on the screen; narrower where there is no room. */
  width_px: number;
  onProblem?: (error: unknown) => void;
  children?: ComponentChildren;
}

export function Picture({ of, draw, alt, width_px, onProblem, children }: PictureProps) {
  const url = useSignal("");
  const problem = useSignal("");
  const shown = useSignal("");
  useEffect(() => {
    let late = false;
    const show = async (): Promise<void> => {
      try {
        const drawn = await draw();
        if (late) return;
        URL.revokeObjectURL(url.value);
        [url.value, problem.value, shown.value] = [URL.createObjectURL(drawn), "", of];
        onProblem?.(null);
      } catch (error) {
        if (late) return;
        problem.value = wordsFor(error);
        onProblem?.(error);
      }
    };
    const timer = of ? window.setTimeout(() => void show(), TYPING_MS) : 0;
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [of]);
  useEffect(() => () => URL.revokeObjectURL(url.value), []);
  return (
    <figure class="picture-box" style={{ maxWidth: `${width_px}px` }}>
      <div class="drawn" data-stale={shown.value === of ? undefined : ""}>
        {url.value ? <img src={url.value} alt={alt} /> : !problem.value && of && <p class="muted">{l("loading")}</p>}
        {children}
      </div>
      {problem.value && <p class="problem" role="alert">{problem.value}</p>}
    </figure>
  );
}

interface StepsProps {
  at: number;
  all: number;
  onStep: (to: number) => void;
}

/** From one label of many to the next. */
export function Steps({ at, all, onStep }: StepsProps) {
  if (all < 2) return null;
  return (
    <div class="steps">
      <button onClick={() => onStep(at - 1)} disabled={at === 0} aria-label={l("preview_previous")}><Icon of={ChevronLeft} /></button>
      <span>{l("preview_of", { n: at + 1, all })}</span>
      <button onClick={() => onStep(at + 1)} disabled={at >= all - 1} aria-label={l("preview_next")}><Icon of={ChevronRight} /></button>
    </div>
  );
}
