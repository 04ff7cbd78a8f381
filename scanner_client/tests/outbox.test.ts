import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { BootClock } from "../src/outbox/clock";
import type { Answer, Draft, Envelope } from "../src/outbox/commands";
import { Outbox } from "../src/outbox/outbox";
import { retryAfter, Sender } from "../src/outbox/sender";
import { openStore } from "../src/store";

let wall: number;
let mono: number;
let outbox: Outbox;
let boots: number;
let databases = 0;

beforeEach(async () => {
  wall = Date.UTC(2026, 10, 22, 8);
  mono = 500;
  boots = 0;
  const clock = new BootClock(() => wall, () => mono, () => `boot-${(boots += 1)}`);
  outbox = new Outbox(await openStore(`test-${(databases += 1)}`), clock);
});

function pass(ms: number): void {
  wall += ms;
  mono += ms;
}

const draft = (id: string): Draft => ({ id, type: "receive_line", body: { item: "X" }, scans: [] });
const applied = (envelope: Envelope): { answers: Answer[] } => ({
  answers: envelope.commands.map(({ id }) => ({ id, status: "applied" })),
});
const sender = (post: (envelope: Envelope) => unknown): Sender =>
  new Sender(outbox, async (envelope) => (await post(envelope)) as { answers: Answer[] }, () => "dev");

test("numbers run without a gap, also when several are stored at once and at the same time", async () => {
  const stored = await Promise.all([
    outbox.add([draft("a"), draft("b")], "pass"),
    outbox.add([draft("c")], "pass"),
  ]);
  expect(stored.flat().map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await sender(applied).flush();
  expect((await outbox.add([draft("d")], "pass"))[0]!.seq).toBe(4);
});

test("a command keeps the times of its scan, the envelope has those of its sending", async () => {
  await outbox.add([draft("a")], "pass");
  pass(60_000);
  const envelope = (await outbox.envelope("dev"))!;
  expect(envelope.commands[0]).toMatchObject({ mono_ms: 500, boot_id: "boot-1", user_pass: "pass" });
  expect(envelope).toMatchObject({
    mono_ms: 60_500, boot_id: "boot-1", sent_at: "2026-11-22T08:01:00.000Z",
    oldest_unsent_seq: 1, next_seq: 2,
  });
});

test("a stepped clock begins a new boot, a slow one does not", async () => {
  await outbox.add([draft("a")], "");
  pass(3_600_000);
  wall += 900;
  await outbox.add([draft("b")], "");
  wall += 5_000;
  await outbox.add([draft("c")], "");
  const { commands } = (await outbox.envelope("dev"))!;
  expect(commands.map(({ boot_id }) => boot_id)).toEqual(["boot-1", "boot-1", "boot-2"]);
});

test("what was answered leaves, what was refused waits for a person, what is held stays", async () => {
  await outbox.add(["a", "b", "c", "d"].map(draft), "");
  const statuses: Answer[] = [
    { id: "a", status: "applied_flagged", codes: ["below_zero"] },
    { id: "b", status: "rejected", code: "unknown_item", fields: { item: "X" } },
    { id: "c", status: "duplicate", first: { id: "c", status: "rejected", code: "bad_quantity" } },
    { id: "d", status: "held" },
  ];
  const { line } = await sender(({ commands }) => ({
    answers: statuses.filter(({ id }) => commands.some((each) => each.id === id)),
  })).flush();
  expect(line).toBe("quarantined");
  expect(await outbox.unsent()).toBe(1);
  expect((await outbox.attentions()).map(({ code }) => code).sort())
    .toEqual(["bad_quantity", "unknown_item"]);
});

test("without network everything stays and goes later, exactly once each", async () => {
  await outbox.add(["a", "b"].map(draft), "");
  const offline = sender(() => {
    throw new TypeError("no network");
  });
  expect((await offline.flush()).line).toBe("offline");
  expect(await outbox.unsent()).toBe(2);
  const seen: string[] = [];
  const online = sender((envelope) => {
    seen.push(...envelope.commands.map(({ id }) => id));
    return applied(envelope);
  });
  await Promise.all([online.flush(), online.flush()]);
  expect(seen).toEqual(["a", "b"]);
  expect(await outbox.unsent()).toBe(0);
});

test("more than a hundred go in several envelopes, in order", async () => {
  await outbox.add(Array.from({ length: 250 }, (_, n) => draft(`c${n}`)), "");
  const sizes: number[] = [];
  await sender((envelope) => {
    sizes.push(envelope.commands.length);
    return applied(envelope);
  }).flush();
  expect(sizes).toEqual([100, 100, 50]);
});

test("an envelope refused whole is tried command by command, up to the bad one", async () => {
  await outbox.add(["a", "bad", "c"].map(draft), "");
  const { line } = await sender((envelope) => {
    if (envelope.commands.some(({ id }) => id === "bad")) throw { status: 422 };
    return applied(envelope);
  }).flush();
  expect(line).toBe("refused");
  expect((await outbox.envelope("dev"))!.commands.map(({ id }) => id)).toEqual(["bad", "c"]);
});

test("a revoked device is told from a missing network", async () => {
  await outbox.add([draft("a")], "");
  const line = async (status: number) =>
    (await sender(() => { throw { status }; }).flush()).line;
  expect([await line(401), await line(503), await line(429)])
    .toEqual(["signed_out", "offline", "offline"]);
});

test("tries come at growing distances", () => {
  expect([0, 1, 2, 9].map(retryAfter)).toEqual([0, 1000, 2000, 30_000]);
});
