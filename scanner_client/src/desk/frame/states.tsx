/** A page without its rows: what to do next, what went wrong, or that it is coming. */
import type { ComponentChildren } from "preact";
import { f } from "./words";

interface EmptyProps {
  title: string;
  /** The next step, as a sentence. */
  children?: ComponentChildren;
  /** The next step, as a button or a link. */
  action?: ComponentChildren;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children && <p class="muted">{children}</p>}
      {action}
    </div>
  );
}

/** Filters left nothing over. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty title={f("no_match_title")} action={<button onClick={onClear}>{f("filter_clear")}</button>}>
      {f("no_match")}
    </Empty>
  );
}

export function Loading() {
  return <p class="empty muted" role="status">{f("loading")}</p>;
}

/** A refusal or a silent server, with the way to try again. */
export function Failure({ problem, onRetry }: { problem: string; onRetry?: () => unknown }) {
  return (
    <div class="empty failure" role="alert">
      <h2>{f("problem_title")}</h2>
      <p>{problem}</p>
      {onRetry && <button onClick={() => void onRetry()}>{f("retry")}</button>}
    </div>
  );
}

interface AnsweredProps<T> {
  asked: { answer: T | null; problem: string; again: () => unknown };
  children: (answer: T) => ComponentChildren;
}

/** What was asked for, or why it is not here; an old answer stays under a new problem. */
export function Answered<T>({ asked: { answer, problem, again }, children }: AnsweredProps<T>) {
  if (answer === null) return problem ? <Failure problem={problem} onRetry={again} /> : <Loading />;
  return <>{problem && <p class="problem" role="alert">{problem}</p>}{children(answer)}</>;
}
