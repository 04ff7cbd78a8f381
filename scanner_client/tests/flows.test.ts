import { expect, test } from "vitest";
import { FLOWS, FLOW_NAMES } from "../src/flows";
import type { Base, Flow, FlowEvent, FlowName, Key, Step } from "../src/flows/flow";
import type { Draft } from "../src/outbox/commands";
import type { Item, ItemMeaning, Meaning } from "../src/scan/meaning";
import { zh } from "../src/text/zh";

const item = (sku: string, tracking: Item["tracking"] = "none"): Item => ({
  id: sku, sku, name_zh: `货${sku}`, name_en: `Good ${sku}`, specification: "", base_unit: "pcs", tracking,
});
const soap = item("SOAP");
const glove = item("GLOVE", "lot");
const drill = item("DRILL", "serial");
const of = (what: Item, more: Partial<ItemMeaning> = {}): ItemMeaning => ({
  kind: "item", item: what, quantity: "1", packaging: "", lot: null, serial: null,
  expires_on: null, production_date: null, ...more,
});
const at = (code: string): Meaning => ({ kind: "location", code });

/** A person with a handheld: what they do, and what is stored because of it. */
class Worker {
  state: Base;
  stored: Draft[] = [];
  sounds: Step<Base>["sound"][] = [];
  private readonly flow: Flow<Base>;
  private ids = 0;

  constructor(name: FlowName) {
    this.flow = FLOWS[name];
    this.state = this.flow.start();
  }

  private give(event: Record<string, unknown>): this {
    const ids = [`id-${(this.ids += 1)}`, `id-${(this.ids += 1)}`];
    const moment = { wall_ms: this.ids * 1000, mono_ms: this.ids * 100, boot_id: "boot" };
    const step = this.flow.reduce(this.state, { ids, at: moment, ...event } as FlowEvent);
    this.state = step.state;
    this.stored.push(...step.commands);
    this.sounds.push(step.sound);
    for (const key of texts(this.view())) if (!(key in zh)) throw new Error(`no words for ${key}`);
    return this;
  }

  scan(...meanings: Meaning[]): this {
    for (const meaning of meanings) {
      const text = meaning.kind === "item" ? meaning.item.sku : meaning.code;
      this.give({ type: "scan", meaning, scan: { text, aim: null, source: "scanner" } });
    }
    return this;
  }
  press = (key: Key): this => this.give({ type: "press", key });
  type = (value: string): this => this.give({ type: "quantity", value });
  answer = (index: number): this => this.give({ type: "answer", index });
  view = () => this.flow.view(this.state);
  get bodies(): unknown[] {
    return this.stored.map(({ type, body }) => ({ type, ...body }));
  }
}

function texts(view: ReturnType<Flow["view"]>): string[] {
  const words = [view.next.act, view.next.hint, view.progress, view.said, view.stop?.title,
    view.stop?.needed, view.stop?.remedy, ...view.keys.map((key) => key.words)];
  return [view.title, ...words.flatMap((each) => (each ? [each[0]] : []))];
}

test("receiving counts scans, and a key stores the line at the place scanned first", () => {
  const worker = new Worker("receive").scan(at("DOCK"), of(soap), of(soap, { quantity: "12" }));
  expect(worker.stored).toEqual([]);
  expect(worker.view().thing!.quantity).toBe("13");
  worker.press("main");
  expect(worker.bodies).toEqual([{ type: "receive_line", to: "DOCK", item: "SOAP", quantity: "13" }]);
  expect(worker.stored[0]!.scans.map(({ text }) => text)).toEqual(["SOAP", "SOAP"]);
  expect(worker.view().said![0]).toBe("said_receive");
});

test("the next item stores the line before it", () => {
  const worker = new Worker("receive").scan(at("DOCK"), of(soap), of(item("PEN")));
  expect(worker.bodies).toEqual([{ type: "receive_line", to: "DOCK", item: "SOAP", quantity: "1" }]);
  expect(worker.view().thing!.item.sku).toBe("PEN");
});

test("received goods are where the last scanned place is, picked ones come from the one before", () => {
  const places = (name: FlowName) =>
    new Worker(name).scan(at("A"), of(soap), at("B"), of(soap)).press("main").bodies;
  expect(places("receive")).toMatchObject([{ to: "B" }, { to: "B" }]);
  expect(places("pick")).toMatchObject([{ from: "A" }, { from: "B" }]);
});

test("lot and expiry come with the goods when they come in", () => {
  const worker = new Worker("receive").scan(at("DOCK"), of(glove));
  expect(worker.view().next.act[0]).toBe("act_receive_lot");
  worker.scan({ kind: "unknown", code: "L24", why: "not_found" }).press("main");
  worker.scan(of(glove, { lot: "L25", expires_on: "2027-03-31" })).press("main");
  expect(worker.bodies).toMatchObject([
    { lot: "L24", quantity: "1" }, { lot: "L25", expires_on: "2027-03-31" },
  ]);
});

test("the lot symbol beside the item's fills the lot and counts nothing", () => {
  const worker = new Worker("receive").scan(at("DOCK"), of(glove), of(glove, { lot: "L24" }));
  expect(worker.view().thing!.quantity).toBe("1");
  worker.scan(of(glove, { lot: "L24" }));
  expect(worker.view().thing!.quantity).toBe("2");
});

test("each serial is one piece and one line", () => {
  const worker = new Worker("receive").scan(
    at("DOCK"), of(drill, { serial: "S1", quantity: "5" }), of(drill, { serial: "S2" }),
  ).press("main");
  expect(worker.bodies).toMatchObject([
    { serial: "S1", quantity: "1" }, { serial: "S2", quantity: "1" },
  ]);
});

test("putting away needs a second place, which must be another one", () => {
  const worker = new Worker("put_away").scan(at("DOCK"), of(soap), at("DOCK"));
  expect(worker.view().stop!.title[0]).toBe("stop_same_place");
  worker.scan(at("A-01"));
  expect(worker.bodies).toEqual([
    { type: "put_away", from: "DOCK", to: "A-01", item: "SOAP", quantity: "1" },
  ]);
  expect(worker.view().next.where).toBe("DOCK");
});

test("a whole handling unit goes without its contents being named", () => {
  const worker = new Worker("put_away").scan({ kind: "unit", code: "T-18" }, at("A-01"));
  expect(worker.bodies).toEqual([{ type: "put_away", unit: "T-18", to: "A-01" }]);
});

test("moving forgets the source, putting away keeps it", () => {
  const worker = new Worker("move").scan(at("A"), of(soap), at("B"));
  expect(worker.view().next.act[0]).toBe("act_move_first");
});

test("the wrong thing stops, names both, and the right scan clears it without a touch", () => {
  const worker = new Worker("pick").scan(of(soap));
  expect(worker.view().stop).toMatchObject({
    title: ["stop_is_item"], scanned: "SOAP", needed: ["need_from"],
  });
  expect(worker.sounds).toEqual(["stop"]);
  worker.scan(at("A-01"));
  expect(worker.view().stop).toBeNull();
});

test("a barcode keyed into the quantity is refused", () => {
  const worker = new Worker("pick").scan(at("A"), of(soap)).type("6901234567892");
  expect(worker.view().stop!.title[0]).toBe("stop_quantity");
  worker.press("ok").type("0.5").press("main");
  expect(worker.bodies).toMatchObject([{ quantity: "0.5" }]);
});

test("a document travels with every line until the end", () => {
  const worker = new Worker("pick")
    .scan({ kind: "document", code: "SO-1" }, at("A"), of(soap)).press("main");
  expect(worker.bodies).toMatchObject([{ type: "pick_line", document: "SO-1", from: "A" }]);
});

test("undo names the command and how, newest first, and only once", () => {
  const worker = new Worker("pick").scan(at("A"), of(soap)).press("main");
  worker.press("undo").answer(1);
  expect(worker.bodies[1]).toEqual({ type: "undo", command: worker.stored[0]!.id, how: "never" });
  expect(worker.view().keys[0].off).toBe(true);
});

test("what was undone no longer counts as done", () => {
  const worker = new Worker("pick").scan(at("A"), of(soap)).press("main").scan(at("A"), of(soap)).press("main");
  const progress = () => worker.view().progress;
  expect(progress()).toEqual(["progress_lines", { n: "2" }]);
  worker.press("undo").answer(2);
  expect(progress()).toEqual(["progress_lines", { n: "2" }]);
  worker.press("undo").answer(0);
  expect(progress()).toEqual(["progress_lines", { n: "1" }]);
});

test("undo with a line in hand only clears it", () => {
  const worker = new Worker("pick").scan(at("A"), of(soap)).press("undo");
  expect([worker.view().thing, worker.stored]).toEqual([null, []]);
});

test("one code for two items asks, and the answer counts as the scan", () => {
  const options: Meaning[] = [of(soap), of(glove, { lot: "L1" })];
  const worker = new Worker("pick").scan(at("A"), { kind: "choice", code: "69", options });
  expect(worker.sounds[1]).toBe("choose");
  worker.answer(1).press("main");
  expect(worker.bodies).toMatchObject([{ item: "GLOVE", lot: "L1" }]);
});

test("command labels do what the keys do", () => {
  const worker = new Worker("pick").scan(at("A"), of(soap), { kind: "command", code: "ok" });
  expect(worker.stored.length).toBe(1);
});

test("counting stores every scan as the line's new total, with its first and last time", () => {
  const worker = new Worker("count").scan(at("A"), of(soap), of(soap), of(glove, { lot: "L1" }));
  expect(worker.bodies).toMatchObject([
    { type: "count_line", location: "A", item: "SOAP", counted: "1", first_mono_ms: 400, last_mono_ms: 400 },
    { counted: "2", first_mono_ms: 400, last_mono_ms: 600 },
    { item: "GLOVE", lot: "L1", counted: "1" },
  ]);
  expect(new Set(worker.stored.map(({ body }) => body["count"])).size).toBe(1);
});

test("taking a counted scan back is a new total", () => {
  const worker = new Worker("count").scan(at("A"), of(soap), of(soap)).press("undo");
  expect(worker.bodies.at(-1)).toMatchObject({ counted: "1" });
  expect(worker.view().keys[0].off).toBe(true);
});

test("finishing asks whether the rest is missing or just not scanned", () => {
  const finish = (index: number) =>
    new Worker("count").scan(at("A"), of(soap)).press("main").answer(index).bodies[1];
  expect(finish(0)).toMatchObject({ type: "finish_count", location: "A", whole: true });
  expect(finish(1)).toMatchObject({ type: "finish_count", whole: false });
  expect([finish(2), finish(-1)]).toEqual([undefined, undefined]);
});

test("an empty place is counted by saying that it is empty", () => {
  const worker = new Worker("count").scan(at("A")).press("main").answer(0);
  expect(worker.bodies).toMatchObject([{ type: "finish_count", location: "A", whole: true }]);
});

test("a place scanned while counting asks first, it never mixes two places", () => {
  const worker = new Worker("count").scan(at("A"), of(soap), at("B"));
  expect(worker.view().question).toMatchObject({ about: "finish", seen: 1 });
  expect(worker.stored.length).toBe(1);
});

test("a counted item waits for its lot", () => {
  const worker = new Worker("count").scan(at("A"), of(glove));
  expect([worker.stored.length, worker.view().next.act[0]]).toEqual([0, "act_count_lot"]);
  worker.scan({ kind: "unknown", code: "L9", why: "not_found" });
  expect(worker.bodies).toMatchObject([{ item: "GLOVE", lot: "L9", counted: "1" }]);
});

test("every flow survives every event in every order, storing only whole commands", () => {
  const events: ((worker: Worker) => unknown)[] = [
    (w) => w.scan(at("A")), (w) => w.scan(at("B")), (w) => w.scan(of(soap)),
    (w) => w.scan(of(glove)), (w) => w.scan(of(drill, { serial: "S1" })),
    (w) => w.scan({ kind: "unit", code: "T" }), (w) => w.scan({ kind: "document", code: "D" }),
    (w) => w.scan({ kind: "unknown", code: "X", why: "not_found" }),
    (w) => w.scan({ kind: "unknown", code: "X", why: "bad_check_digit" }),
    (w) => w.scan({ kind: "user", code: "W" }), (w) => w.scan({ kind: "command", code: "done" }),
    (w) => w.press("main"), (w) => w.press("undo"), (w) => w.press("ok"), (w) => w.type("3"),
    (w) => w.answer(0), (w) => w.answer(1), (w) => w.answer(2),
  ];
  let seed = 7;
  const next = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648);
  for (const name of FLOW_NAMES) {
    const worker = new Worker(name);
    for (let n = 0; n < 1500; n += 1) events[(next() >> 8) % events.length]!(worker);
    for (const { type, body } of worker.stored)
      for (const [field, value] of Object.entries(body))
        expect([type, field, value === null || value === undefined]).toEqual([type, field, false]);
    expect(worker.stored.length).toBeGreaterThan(50);
  }
});
