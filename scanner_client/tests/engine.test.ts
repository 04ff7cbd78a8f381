import { beforeEach, expect, test } from "vitest";
import { ScanEngine, type RawScan } from "../src/scan/engine";
import type { KeyPress } from "../src/scan/keys";

let scans: RawScan[];
let repeats: number;
let engine: ScanEngine;
let now: number;

beforeEach(() => {
  scans = [];
  repeats = 0;
  now = 1000;
  engine = new ScanEngine((scan) => scans.push(scan), () => (repeats += 1));
});

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key, code: "", ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...more,
});

function type(text: string, gap_ms = 5): void {
  for (const key of text) {
    now += gap_ms;
    engine.key(key === "\x1d" ? press("]", { ctrlKey: true }) : press(key), now);
  }
}

function scan(text: string, gap_ms = 5): boolean {
  type(text, gap_ms);
  return engine.key(press("Enter"), (now += gap_ms));
}

test("quick keys closed by Enter are a scan", () => {
  expect(scan("6901234567892")).toBe(true);
  expect(scans).toEqual([{ text: "6901234567892", aim: null, source: "scanner", burst: false }]);
});

test("fingers are not a scanner", () => {
  expect(scan("A-01-02", 150)).toBe(false);
  expect(scans).toEqual([]);
});

test("the AIM identifier is taken off and GS is kept", () => {
  scan("]C10106901234567892\x1d10L24\x1d2112");
  expect(scans[0]).toMatchObject({ text: "0106901234567892\x1d10L24\x1d2112", aim: "]C1" });
});

test.each(["]C10106901234567892", "W:B-1"])("%s is a scan however slow its scanner", (text) => {
  expect(scan(text, 200)).toBe(true);
  expect(text.endsWith(scans[0]!.text)).toBe(true);
});

test("a device that stutters loses no part of a code", () => {
  type("69012", 5);
  now += 200;
  scan("34567892", 5);
  expect(scans.map((each) => each.text)).toEqual(["6901234567892"]);
});

test("a stray key long before a scan is no part of it", () => {
  type("x");
  now += 1000;
  scan("6901234567892");
  expect(scans.map((each) => each.text)).toEqual(["6901234567892"]);
});

test("keys swallowed by an input method are told by their place on the keyboard", () => {
  for (const code of ["KeyA", "Minus", "Digit0", "Digit7"])
    engine.key(press("Process", { code, shiftKey: code === "KeyA" }), (now += 5));
  engine.key(press("Enter"), (now += 5));
  expect(scans[0]!.text).toBe("A-07");
});

test("shortcuts stay the browser's", () => {
  expect(engine.key(press("r", { ctrlKey: true }), now)).toBe(false);
});

test("the same code within 400 ms is one look, later it is another piece", () => {
  scan("6901234567892");
  scan("6901234567892");
  expect([scans.length, repeats]).toEqual([1, 1]);
  now += 400;
  scan("6901234567892");
  expect(scans.length).toBe(2);
});

test("the same code after a touch is no double read", () => {
  scan("L:A-01");
  engine.touched();
  scan("L:A-01");
  expect([scans.length, repeats]).toEqual([2, 0]);
});

test("several codes of one pull come as a burst", () => {
  scan("6901234567892");
  scan("L2409");
  expect(scans.map((each) => each.burst)).toEqual([false, true]);
});

test("text committed line by line is one scan a line", () => {
  expect(engine.text("6901234567892\nL:A-01\nT-1", now)).toBe("T-1");
  engine.idle(now);
  expect(scans.map((each) => each.text)).toEqual(["6901234567892", "L:A-01", "T-1"]);
});

test("text without terminator is a scan once nothing more comes", () => {
  engine.text("]d20106901234567892\x1d10L1", now);
  expect(scans).toEqual([]);
  engine.idle(now + 120);
  expect(scans[0]).toMatchObject({ aim: "]d2", text: "0106901234567892\x1d10L1" });
});

test("text that repeats what the keys already said is dropped", () => {
  type("6901");
  expect(engine.text("6901", now)).toBe("");
  engine.key(press("Enter"), (now += 5));
  expect(scans.map((each) => each.text)).toEqual(["6901"]);
});

test("twenty scans back to back are all there", () => {
  for (let n = 0; n < 20; n += 1) scan(`69012345678${n + 10}`, 2);
  expect(scans.length).toBe(20);
});
