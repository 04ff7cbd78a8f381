/** The desk's frame where it decides something: keys or scan, sorting, searching, sums, clipboard, addresses. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { en } from "../src/desk/frame/frame_en";
import { zh } from "../src/desk/frame/frame_zh";
import { addressOf } from "../src/desk/frame/open_thing";
import { listenAtDesk } from "../src/desk/frame/keyboard";
import { ROUTES, routeOf } from "../src/desk/frame/routes";
import { asTsv, fromTsv } from "../src/desk/frame/table/clipboard";
import type { Column } from "../src/desk/frame/table/columns";
import { says, sorted, totalOf } from "../src/desk/frame/table/rows";

interface Row {
  code: string;
  name: string;
  quantity: string | null;
  unit: string;
}

const CODE: Column<Row> = { key: "code", title: "Code", kind: "code", value: (row) => row.code, width: 1 };
const NAME: Column<Row> = { key: "name", title: "Name", value: (row) => row.name, width: 1 };
const QUANTITY: Column<Row> = {
  key: "quantity", title: "Quantity", kind: "quantity", value: (row) => row.quantity, unit: (row) => row.unit, total: true, width: 1,
};
const row = (code: string, quantity: string | null = "1", unit = "件", name = code): Row => ({ code, name, quantity, unit });

test("English has every word of the frame, with the same places in it", () => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) expect([key, places(en[key as keyof typeof en])]).toEqual([key, places(text)]);
});

test("every page has an address of its own and a word in the navigation; the longest address wins", () => {
  expect(new Set(ROUTES.map(({ path }) => path)).size).toBe(ROUTES.length);
  for (const { path, title } of ROUTES) {
    expect(path).toMatch(/^\/[a-z-/]+$/);
    expect(zh[title]).toBeTruthy();
  }
  const [one] = ROUTES as [typeof ROUTES[number]];
  const routes = [{ ...one, path: "/a" }, { ...one, path: "/a/b" }];
  expect(routeOf("/a/b/c", routes)?.path).toBe("/a/b");
  expect(routeOf("/a/x", routes)?.path).toBe("/a");
  expect(routeOf("/ab", routes)).toBeNull();
});

test("numbers sort as numbers and nothing comes last, whichever way", () => {
  const rows = [row("a", "10"), row("b", null), row("c", "-2.5"), row("d", "9")];
  expect(sorted(rows, QUANTITY, false).map(({ code }) => code)).toEqual(["c", "d", "a", "b"]);
  expect(sorted(rows, QUANTITY, true).map(({ code }) => code)).toEqual(["a", "d", "c", "b"]);
  expect(sorted([row("A-10"), row("A-02")], CODE, false).map(({ code }) => code)).toEqual(["A-02", "A-10"]);
  expect(sorted([row("1", "1", "件", "M10"), row("2", "1", "件", "M9")], NAME, false).map(({ name }) => name)).toEqual(["M9", "M10"]);
});

test("a search wants all its words, in any case and width; no words want everything", () => {
  const text = ({ code, name }: Row): string => `${code} ${name}`;
  const match = says("ｓｏａｐ 柠檬", text)!;
  expect(match(row("SOAP-500", "1", "件", "洗手液 柠檬"))).toBe(true);
  expect(match(row("SOAP-500", "1", "件", "洗手液"))).toBe(false);
  expect(says("  ", text)).toBeNull();
});

test("totals are exact, and there is none over different units", () => {
  expect(totalOf([row("a", "0.1"), row("b", "0.2"), row("c", "-1")], QUANTITY)).toBe("-0.7");
  expect(totalOf([row("a", "1", "件"), row("b", "1", "kg")], QUANTITY)).toBe("");
});

test("what is copied is pasted as it was, and never as a formula", () => {
  const rows = [row("=1+1", "-3", "件", 'a "b"\nc'), row("b", null, "件", "tab\there")];
  const text = asTsv(rows, [CODE, NAME, QUANTITY]);
  expect(fromTsv(text)).toEqual([
    ["Code", "Name", "Quantity"], ["'=1+1", 'a "b"\nc', "-3"], ["b", "tab\there", ""],
  ]);
  expect(fromTsv("a\tb\r\n\r\nc\t\r\n\r\n")).toEqual([["a", "b"], [""], ["c", ""]]);
  expect(fromTsv("")).toEqual([]);
});

test("things have their addresses; what has no page has none", () => {
  expect(addressOf("item", { code: "A/1" })).toBe("/item?code=A%2F1");
  expect(addressOf("item", { code: "A" }, { lot: "L 1" })).toBe("/lot?item=A&lot=L+1");
  expect(addressOf("location", { site: "SH", code: "A-01" })).toBe("/location?site=SH&code=A-01");
  expect(addressOf("command", {})).toBe("");
});

let [stop, scans] = [() => {}, [] as string[]];

beforeEach(() => {
  vi.useFakeTimers();
  scans = [];
  stop = listenAtDesk(({ text }) => scans.push(text));
});

afterEach(() => {
  stop();
  document.body.textContent = "";
  vi.useRealTimers();
});

/** Presses keys `gap_ms` apart, in whatever has the focus. */
function press(keys: readonly string[], gap_ms: number, target: EventTarget = document.body): boolean {
  let went = true;
  for (const key of keys) {
    vi.advanceTimersByTime(gap_ms);
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    Object.defineProperty(event, "timeStamp", { value: Date.now() });
    went = target.dispatchEvent(event);
  }
  return went;
}

test("a code pressed as quickly as a scanner does is a scan, and its Enter is not the page's", () => {
  expect(press([..."A-07-03", "Enter"], 12)).toBe(false);
  expect(scans).toEqual(["A-07-03"]);
});

test("keys as slow as fingers are no scan, nor is what is typed into a field", () => {
  press([..."jk", "Enter"], 400);
  const field = document.body.appendChild(document.createElement("input"));
  press([..."A-07-03", "Enter"], 12, field);
  expect(scans).toEqual([]);
});
