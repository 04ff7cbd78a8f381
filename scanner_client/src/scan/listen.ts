/** Joins the engine to a page: key presses, the hidden field, paste, and a hook for native shells. */
import { ScanEngine, SETTINGS, type RawScan } from "./engine";

declare global {
  interface Window {
    stockturn?: { scan(input: { data: string; aim?: string }): void };
  }
}

const REFOCUS_MS = 500;

/** Listens until the returned function is called. `sink` is the hidden field. */
export function listen(
  sink: HTMLTextAreaElement,
  emit: (scan: RawScan) => void,
  repeated: () => void = () => {},
): () => void {
  const engine = new ScanEngine(emit, repeated);
  const gone = new AbortController();
  const timers = { idle: 0, focus: 0 };
  const on = <K extends keyof DocumentEventMap>(
    name: K,
    act: (event: DocumentEventMap[K]) => void,
  ): void => {
    const handler = act as EventListener;
    document.addEventListener(name, handler, true);
    gone.signal.addEventListener("abort", () => document.removeEventListener(name, handler, true));
  };

  on("keydown", (event) => {
    if (manual(event.target) || event.isComposing) return;
    if (ScanEngine.comesAsText(event)) return;
    if (engine.key(event, event.timeStamp)) event.preventDefault();
  });
  on("input", (event) => {
    if (event.target !== sink || (event as InputEvent).isComposing) return;
    readSink();
  });
  on("compositionend", (event) => {
    if (event.target === sink) readSink();
  });
  on("paste", (event) => {
    if (manual(event.target)) return;
    event.preventDefault();
    engine.whole(event.clipboardData?.getData("text") ?? "", null, "typed", event.timeStamp);
  });
  on("focusout", () => later("focus", focusSink, REFOCUS_MS));
  on("click", () => {
    engine.touched();
    later("focus", focusSink, 0);
  });
  window.stockturn = {
    scan: ({ data, aim }) => engine.whole(data, aim ?? null, "scanner", performance.now()),
  };
  focusSink();
  return () => {
    gone.abort();
    clearTimeout(timers.idle);
    clearTimeout(timers.focus);
    delete window.stockturn;
  };

  function readSink(): void {
    const rest = engine.text(sink.value, performance.now());
    if (rest !== sink.value) sink.value = rest;
    later("idle", flushSink, SETTINGS.idle_ms);
  }
  function flushSink(): void {
    sink.value = "";
    engine.idle(performance.now());
  }
  function focusSink(): void {
    if (!manual(document.activeElement)) sink.focus({ preventScroll: true });
  }
  function later(name: keyof typeof timers, act: () => void, delay_ms: number): void {
    clearTimeout(timers[name]);
    timers[name] = window.setTimeout(act, delay_ms);
  }
}

/** Fields people type into are none of the scanner's business. */
function manual(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-manual], dialog") !== null;
}
