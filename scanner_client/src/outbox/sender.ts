/** Sends the outbox, one flight at a time, and tells how things stand. */
import type { Answer, Envelope } from "./commands";
import { BATCH_MOST, type Outbox } from "./outbox";

/** What keeps commands from leaving, if anything does. */
export type Line = "open" | "offline" | "signed_out" | "quarantined" | "refused";

export interface Delivery {
  line: Line;
  answers: Answer[];
}

/** Posts one envelope. Throws a Problem with `status` for HTTP errors, anything else when offline. */
export type Post = (envelope: Envelope) => Promise<{ answers: Answer[] }>;

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000];

/** How long to wait before try number `failures` + 1. */
export function retryAfter(failures: number): number {
  return RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 0;
}

export class Sender {
  private flight: Promise<Delivery> | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly post: Post,
    private readonly device: () => string,
  ) {}

  /** Sends until nothing is left or something is in the way. Calls during a flight join it. */
  flush(): Promise<Delivery> {
    this.flight ??= alone(() => this.drain()).finally(() => {
      this.flight = null;
    });
    return this.flight;
  }

  private async drain(): Promise<Delivery> {
    const answers: Answer[] = [];
    let most = BATCH_MOST;
    for (;;) {
      const envelope = await this.outbox.envelope(this.device(), most);
      if (!envelope) return { line: "open", answers };
      const result = await this.deliver(envelope);
      if (typeof result === "string") {
        // One bad command must not hold the rest of its envelope: try them one by one.
        if (result !== "refused" || most === 1) return { line: result, answers };
        most = 1;
        continue;
      }
      answers.push(...result);
      const settled = await this.outbox.settle(envelope.commands, result);
      if (!settled) return { line: heldBecause(result), answers };
    }
  }

  private async deliver(envelope: Envelope): Promise<Answer[] | Line> {
    try {
      return (await this.post(envelope)).answers;
    } catch (error) {
      return lineFor((error as { status?: unknown }).status);
    }
  }
}

function lineFor(status: unknown): Line {
  if (status === 401 || status === 403) return "signed_out";
  if (typeof status === "number" && status >= 400 && status < 500 && status !== 429 && status !== 408)
    return "refused";
  return "offline";
}

/** Held for quarantine waits for a supervisor; held for an expected number is simply sent again. */
function heldBecause(answers: Answer[]): Line {
  const quarantined = answers.some((each) => each.status === "held" && !each.expected_seq);
  return quarantined ? "quarantined" : "offline";
}

/** Across all tabs. Plain HTTP has no locks: there a command may travel twice, and counts once. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return work();
  return (await navigator.locks.request("outbox", work)) as T;
}
