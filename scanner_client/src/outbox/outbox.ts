/** Commands wait here, on disk, from before the screen turns green until their final answer. */
import type { Database } from "../store";
import type { BootClock } from "./clock";
import type { Answer, Attention, Draft, Envelope, StoredCommand } from "./commands";

export const BATCH_MOST = 100;
const FINAL = new Set(["applied", "applied_flagged", "duplicate", "rejected", "conflict"]);

export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly clock: BootClock,
  ) {}

  /** Stores the drafts under the next numbers; resolves when they are on disk for good. */
  async add(drafts: Draft[], userPass: string): Promise<StoredCommand[]> {
    const times = this.clock.read();
    const work = this.database.transaction(["outbox", "meta"], "readwrite", { durability: "strict" });
    const first = ((await work.objectStore("meta").get("next_seq")) as number | undefined) ?? 1;
    const stored = drafts.map((draft, index): StoredCommand => ({
      ...draft, ...times, seq: first + index, v: 1, intent: "fact", user_pass: userPass,
    }));
    for (const command of stored) void work.objectStore("outbox").add(command);
    void work.objectStore("meta").put(first + stored.length, "next_seq");
    await work.done;
    return stored;
  }

  unsent(): Promise<number> {
    return this.database.count("outbox");
  }

  /** The next envelope, with its clocks read now; null when there is nothing to send. */
  async envelope(device: string, most = BATCH_MOST): Promise<Envelope | null> {
    const work = this.database.transaction(["outbox", "meta"]);
    const commands = await work.objectStore("outbox").getAll(null, most);
    const next = ((await work.objectStore("meta").get("next_seq")) as number | undefined) ?? 1;
    if (!commands.length) return null;
    const { wall_ms, mono_ms, boot_id } = this.clock.read();
    return {
      device, mono_ms, boot_id, commands,
      sent_at: new Date(wall_ms).toISOString(),
      oldest_unsent_seq: commands[0]!.seq,
      next_seq: next,
      app_version: __APP_VERSION__,
    };
  }

  /** Forgets what was finally answered; what was refused waits in `attention`. Returns how many. */
  async settle(commands: StoredCommand[], answers: Answer[]): Promise<number> {
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    const work = this.database.transaction(["outbox", "attention"], "readwrite", {
      durability: "strict",
    });
    let settled = 0;
    for (const command of commands) {
      const answer = byId.get(command.id);
      if (!answer || !FINAL.has(answer.status)) continue;
      const refused = refusal(answer);
      if (refused) void work.objectStore("attention").put(this.attention(command, refused));
      void work.objectStore("outbox").delete(command.seq);
      settled += 1;
    }
    await work.done;
    return settled;
  }

  attentions(): Promise<Attention[]> {
    return this.database.getAll("attention");
  }

  async attended(id: string): Promise<void> {
    await this.database.delete("attention", id);
  }

  private attention(command: StoredCommand, answer: Answer): Attention {
    const at_ms = this.clock.read().wall_ms;
    return { command, code: answer.code ?? answer.status, fields: answer.fields ?? {}, at_ms };
  }
}

/** The refusing answer, looking through a duplicate to what was said the first time. */
function refusal(answer: Answer): Answer | null {
  if (answer.status === "duplicate") return answer.first ? refusal(answer.first) : null;
  return answer.status === "rejected" || answer.status === "conflict" ? answer : null;
}
