/** The handheld at work: scans in, meaning, flow, outbox, and only then a green screen. */
import { computed, signal } from "@preact/signals";
import { call } from "../api/client";
import { syncCatalogue, type SyncPage } from "../catalogue/sync";
import { device, pass } from "../device";
import { FLOWS } from "../flows";
import type { Base, FlowEvent, FlowName, Key, Step } from "../flows/flow";
import { clock } from "../outbox/clock";
import type { Answer, Attention, Envelope, ScanEvidence } from "../outbox/commands";
import { Outbox } from "../outbox/outbox";
import { retryAfter, Sender, type Line } from "../outbox/sender";
import type { RawScan } from "../scan/engine";
import type { Meaning } from "../scan/meaning";
import type { Database } from "../store";
import type { Words } from "../text/words";
import { uuid } from "../uuid";
import { play } from "./sounds";
import { tellStatus } from "./status";

/** What codes say is a third of the app and is first needed by a scan: read beside the first screen. */
const reading = import("../catalogue/look_up");

const SYNC_MS = 5000;
const KEPT = "stockturn.flow";
/** A flow kept by an older version may have another shape; then it begins anew. */
const SHAPE = __APP_VERSION__;

type Happening =
  | { type: "scan"; meaning: Meaning; scan: ScanEvidence }
  | { type: "press"; key: Key }
  | { type: "quantity"; value: string }
  | { type: "answer"; index: number };

export class Floor {
  readonly state = signal<Base | null>(kept());
  readonly view = computed(() => this.state.value && FLOWS[this.state.value.flow].view(this.state.value));
  readonly unsent = signal(0);
  readonly line = signal<Line>("open");
  readonly attention = signal<Attention[]>([]);
  readonly catalogue = signal({ items: 0, places: 0 });
  /** Counts what was scanned or pressed: tells "again" from "still". */
  readonly turns = signal(0);
  /** A remark of the server about something it did accept. */
  readonly note = signal<Words | null>(null);
  readonly outbox: Outbox;
  private readonly sender: Sender;
  private queue: Promise<unknown> = Promise.resolve();
  private syncing: Promise<void> | null = null;
  private failures = 0;
  private timers: number[] = [];
  private retry = 0;

  constructor(private readonly database: Database) {
    this.outbox = new Outbox(database, clock);
    this.sender = new Sender(this.outbox, (envelope) => post(envelope), () => device.value?.uid ?? "");
  }

  /** Begins to send and to listen to the server; the returned function ends it. */
  start(): () => void {
    const online = () => this.send();
    window.addEventListener("online", online);
    window.addEventListener("offline", online);
    this.timers.push(window.setInterval(() => void this.sync(), SYNC_MS));
    void this.refresh().then(() => this.send());
    void this.sync();
    void navigator.storage?.persist?.();
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("offline", online);
      for (const timer of this.timers) clearInterval(timer);
      clearTimeout(this.retry);
    };
  }

  choose(flow: FlowName | null): void {
    this.note.value = null;
    this.show(flow && FLOWS[flow].start());
  }

  /** One scan. Scans wait for each other: the second one sees what the first one did. */
  scan(raw: RawScan): Promise<void> {
    return this.inTurn(async () => {
      const meaning = await this.meaningOf(raw);
      if (meaning.kind === "command" && meaning.code in FLOWS)
        return this.choose(meaning.code as FlowName);
      if (!this.state.value) return play("stop");
      const scan = { text: raw.text, aim: raw.aim, source: raw.source };
      const before = this.state.value;
      await this.happen({ type: "scan", meaning, scan });
      // The other codes of one label must not spoil the one that fitted.
      if (raw.burst && this.state.value?.stop && !before.stop) this.show(before);
      if (meaning.kind === "unknown" && meaning.why === "not_found") void this.sync();
    });
  }

  act(happening: Happening): Promise<void> {
    return this.inTurn(() => this.happen(happening));
  }

  /** Sends what waits; tries again by itself for as long as something does. */
  send(): void {
    clearTimeout(this.retry);
    void this.sender.flush().then(async ({ line, answers }) => {
      this.line.value = line;
      this.remark(answers);
      await this.refresh();
      this.failures = line === "open" ? 0 : this.failures + 1;
      if (line !== "open") this.retry = window.setTimeout(() => this.send(), retryAfter(this.failures));
    });
  }

  async attended(id: string): Promise<void> {
    await this.outbox.attended(id);
    await this.refresh();
  }

  /** Brings the catalogue up to date; calls during a sync join it. */
  sync(): Promise<void> {
    this.syncing ??= this.syncOnce().finally(() => (this.syncing = null));
    return this.syncing;
  }

  private async syncOnce(): Promise<void> {
    if (!pass.value) return;
    try {
      if (await syncCatalogue(this.database, askSync)) play("stop");
      void tellStatus();
      if (this.line.value === "offline" && !this.unsent.value) this.line.value = "open";
      this.catalogue.value = {
        items: await this.database.count("items"),
        places: await this.database.count("locations"),
      };
    } catch (error) {
      const { status } = error as { status?: number };
      this.line.value = status === 401 || status === 403 ? "signed_out" : "offline";
    }
  }

  private async happen(happening: Happening): Promise<void> {
    const { value: state } = this.state;
    if (!state) return;
    const event = { ...happening, ids: [uuid(), uuid()], at: clock.read() } as FlowEvent;
    const step = FLOWS[state.flow].reduce(state, event);
    if (step.commands.length && !(await this.stored(step))) return;
    this.note.value = null;
    this.show(step.state);
    if (step.sound) play(step.sound);
    if (step.commands.length) this.send();
  }

  /** On disk before it is green. What cannot be kept must not look as if it were. */
  private async stored(step: Step<Base>): Promise<boolean> {
    try {
      await this.outbox.add(step.commands, pass.value?.user_pass ?? "");
      this.unsent.value = await this.outbox.unsent();
      return true;
    } catch {
      const stop = {
        title: ["stop_not_saved"], scanned: "", needed: null, remedy: ["stop_not_saved_remedy"],
      } satisfies Base["stop"];
      this.show({ ...this.state.value!, stop });
      play("stop");
      return false;
    }
  }

  private async meaningOf(raw: RawScan): Promise<Meaning> {
    const { value: state } = this.state;
    const { kinds, item } = state ? FLOWS[state.flow].expects(state) : { kinds: [], item: null };
    const site_id = device.value?.site_id ?? "";
    const { lookUp } = await reading;
    return lookUp(this.database, raw, { kinds, item, site_id, year: new Date().getFullYear() });
  }

  private remark(answers: Answer[]): void {
    const codes = answers.flatMap((answer) =>
      answer.status === "applied_flagged" ? (answer.codes ?? []) : []);
    if (codes.includes("below_zero")) this.note.value = ["flag_below_zero"];
  }

  private async refresh(): Promise<void> {
    this.unsent.value = await this.outbox.unsent();
    this.attention.value = await this.outbox.attentions();
  }

  private show(state: Base | null): void {
    this.state.value = state;
    if (state) localStorage.setItem(KEPT, JSON.stringify({ shape: SHAPE, state }));
    else localStorage.removeItem(KEPT);
  }

  private inTurn(work: () => void | Promise<void>): Promise<void> {
    const turn = this.queue.then(work).finally(() => (this.turns.value += 1));
    this.queue = turn.catch(() => undefined);
    return turn;
  }
}

function kept(): Base | null {
  try {
    const { shape, state } = JSON.parse(localStorage.getItem(KEPT) ?? "{}") as {
      shape?: string;
      state?: Base;
    };
    return shape === SHAPE && state ? state : null;
  } catch {
    return null;
  }
}

async function askSync(cursor: string): Promise<SyncPage> {
  return (await call("get", "/api/v1/sync", { query: { cursor } })) as SyncPage;
}

async function post(envelope: Envelope): Promise<{ answers: Answer[] }> {
  return (await call("post", "/api/v1/commands", { body: envelope as never })) as never;
}
