import { expect, test } from "vitest";
import type { Design, Job, Printer } from "../src/desk/labels/api";
import { doubled, moved, placeOf, withNew, withProperty, without, wordsOf, type DesignDocument } from "../src/desk/labels/document";
import { actionsOf, asksPaper, fits, numbersIn, ordered, ranges } from "../src/desk/labels/jobs";
import { en } from "../src/desk/labels/labels_en";
import { zh } from "../src/desk/labels/labels_zh";
import { codesOf, readPasted } from "../src/desk/labels/things";
import { grouped } from "../src/desk/labels/waiting";
import { sheetOn, sheetsFor, takes, waysOf, wantedOf, type Choice } from "../src/desk/labels/ways";

const FIELDS = [
  { name: "sku", titles: ["编码", "Sku"] },
  { name: "name", titles: ["名称", "Name"] },
];
const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("a list of codes may be separated by anything people use, and names each code once", () => {
  expect(codesOf("A-01\r\nA-02，A-03；A-01\t A-04 \n\n")).toEqual(["A-01", "A-02", "A-03", "A-04"]);
  expect(readPasted("A-01\nA-02", FIELDS)).toEqual({ fields: [], unknown: [], codes: ["A-01", "A-02"], rows: [] });
});

test("a table is known by its heading, in either language, whatever separates its columns", () => {
  const rows = [{ sku: "M8", name: "六角螺栓, A2" }, { sku: "M9" }];
  expect(readPasted('编码,名称\nM8,"六角螺栓, A2"\nM9,', FIELDS).rows).toEqual(rows);
  expect(readPasted("\uFEFFSKU\tname\r\nM8\t六角螺栓, A2\r\nM9\t\r\n", FIELDS).rows).toEqual(rows);
  expect(readPasted("sku;colour;Name\nM8;red;x", FIELDS)).toMatchObject({ unknown: ["colour"], rows: [{ sku: "M8", name: "x" }] });
});

test("quotes keep line ends and quotes inside a cell", () => {
  expect(readPasted('sku,name\nM8,"two\nlines ""so"""', FIELDS).rows).toEqual([{ sku: "M8", name: 'two\nlines "so"' }]);
});

test("numbers of labels are written and read as ranges", () => {
  expect(ranges([3, 5, 6, 7, 1])).toBe("1, 3, 5–7");
  expect(numbersIn("3, 5-7；9", 9)).toEqual([3, 5, 6, 7, 9]);
  expect(numbersIn("", 9)).toEqual([]);
  for (const wrong of ["0", "10", "7-5", "x", "3 -"]) expect(numbersIn(wrong, 9), wrong).toBeNull();
});

const job = (over: Partial<Job>): Job => ({
  id: "1", labels: 5, sent: 0, confirmed: 0, doubtful: [], numbered: false, leased_until: null, state: "queued", reason: "",
  priority: 5, created_at: "2026-11-23T01:00:00Z", ...over,
}) as Job;

test("what may be done follows the job's state", () => {
  expect(actionsOf(job({ state: "queued" }))).toEqual(["redirect", "cancel"]);
  expect(actionsOf(job({ state: "paused", reason: "no_paper" }))).toEqual(["resume", "redirect", "cancel"]);
  expect(actionsOf(job({ state: "paused", reason: "no_paper", leased_until: "2026-11-23T02:00:00Z" }))).toEqual(["redirect", "cancel"]);
  expect(actionsOf(job({ state: "confirmed" }))).toEqual(["reprint"]);
});

test("only a look at the paper can tell after a crash, and for numbered labels in doubt", () => {
  expect(asksPaper(job({ state: "paused", reason: "check_last_label" }))).toBe(true);
  expect(asksPaper(job({ state: "paused", reason: "no_paper", sent: 3, confirmed: 2 }))).toBe(false);
  expect(asksPaper(job({ state: "paused", reason: "station_lost" }))).toBe(false);
  expect(asksPaper(job({ state: "paused", reason: "station_lost", numbered: true }))).toBe(true);
  expect(asksPaper(job({ state: "paused", reason: "no_paper", sent: 3, confirmed: 2, numbered: true }))).toBe(true);
});

test("a column shows what runs, then what waits by urgency and age, then what ended", () => {
  const list = [
    job({ id: "old", created_at: "2026-11-23T00:00:00Z", state: "confirmed" }),
    job({ id: "later", created_at: "2026-11-23T03:00:00Z" }),
    job({ id: "first", created_at: "2026-11-23T02:00:00Z" }),
    job({ id: "urgent", created_at: "2026-11-23T04:00:00Z", priority: 9 }),
    job({ id: "runs", created_at: "2026-11-23T05:00:00Z", state: "sending" }),
  ];
  expect(ordered(list).map(({ id }) => id)).toEqual(["runs", "urgent", "first", "later", "old"]);
});

test("labels fit a printer by their size, within a millimetre; no media fits nothing", () => {
  const printer = { media: { width_mm: 60, height_mm: 40 } } as Printer;
  expect(fits(printer, [60.5, 40])).toBe(true);
  expect(fits(printer, [70, 40])).toBe(false);
  expect(fits({ media: null } as Printer, [60, 40])).toBe(false);
});

const DOCUMENT: DesignDocument = {
  name: "x", version: 1, size_mm: [60, 40], media: "label",
  fields: [{ name: "location", title: { zh: "库位", en: "Location" }, sample: "A-1" }, { name: "arrow" }],
  elements: [{ kind: "text", box_mm: [1, 1, 20, 10], text: "{location}", size_mm: 5 }],
};

test("an element stays on its label when it is moved, and a change makes a new document", () => {
  expect(moved(DOCUMENT, 0, -5, 0.5).elements[0]!.box_mm).toEqual([0, 1.5, 20, 10]);
  expect(moved(DOCUMENT, 0, 100, 100).elements[0]!.box_mm).toEqual([40, 30, 20, 10]);
  expect(DOCUMENT.elements[0]!.box_mm).toEqual([1, 1, 20, 10]);
});

test("elements are added, copied, changed and removed", () => {
  const more = withNew(DOCUMENT, "symbol");
  expect(more.elements[1]).toMatchObject({ kind: "symbol", symbol: "qr", box_mm: [15, 10, 30, 20] });
  expect(doubled(more, 0).elements[2]!.box_mm).toEqual([2, 2, 20, 10]);
  expect(without(more, 0).elements.map(({ kind }) => kind)).toEqual(["symbol"]);
  expect(withProperty(DOCUMENT, 0, "size_mm", undefined).elements[0]).not.toHaveProperty("size_mm");
});

test("the server's place of a problem finds its element and property", () => {
  expect(placeOf("elements[3].box_mm")).toEqual({ element: 3, property: "box_mm" });
  expect(placeOf("elements[0]")).toEqual({ element: 0, property: "" });
  expect(placeOf("size_mm")).toEqual({ element: -1, property: "" });
});

test("fixed texts may be JSON; braces of fields are not", () => {
  expect(wordsOf("{location}")).toBe("{location}");
  expect(wordsOf('{"zh": "甲", "en": "A"}')).toEqual({ zh: "甲", en: "A" });
  expect(wordsOf('["(02){gtin}"]')).toEqual(["(02){gtin}"]);
});

const DESIGN: Design = { name: "x", version: 1, shipped: true, numbered: false, document: DOCUMENT };
const CHOICE: Choice = {
  design: "x", language: "zh", way: "locations", site: "MAIN", zone: "", codes: "", table: "", owner: "", item: "",
  count: 2, arrow: "", aisles: true, copies: 1, where: "", first_cell: 1,
};

test("a design is filled by what its fields say", () => {
  expect(waysOf(DESIGN)).toEqual(["locations", "table", "sample"]);
  const pallet = { ...DESIGN, document: { ...DOCUMENT, fields: [{ name: "sscc" }, { name: "lot" }] } };
  expect(waysOf(pallet)).toEqual(["numbers", "table", "sample"]);
  const cell = { ...DESIGN, document: { ...DOCUMENT, size_mm: [63.5, 33.9] as [number, number] } };
  expect([sheetsFor(cell), sheetsFor(DESIGN)]).toEqual([["a4-24"], []]);
  const office = { language: "pdf", media: { width_mm: 210, height_mm: 297 } } as Printer;
  expect([sheetOn(office, cell), takes(office, cell), takes(office, DESIGN)]).toEqual(["a4-24", true, false]);
});

test("the order names a zone or codes, and nothing chosen is no order", () => {
  expect(wantedOf(CHOICE, DESIGN, [])).toBeNull();
  expect(wantedOf({ ...CHOICE, zone: "A", arrow: "up" }, DESIGN, ["B-1"])).toMatchObject({
    kind: "locations", site: "MAIN", separators: true, match: { zone: "A" }, extra: { arrow: "up" },
  });
  expect(wantedOf(CHOICE, DESIGN, ["B-1"])).toMatchObject({ codes: ["B-1"] });
  expect(wantedOf({ ...CHOICE, way: "table", table: "库位\nA-1\nA-2" }, DESIGN, [])).toMatchObject({
    kind: "data", data: [{ location: "A-1" }, { location: "A-2" }],
  });
});

test("what was chosen together waits kind by kind and site by site, and nothing is lost", () => {
  const { groups, left } = grouped([
    { code: "A-01", site: "SH", way: "locations" }, { code: "CUP", site: "SH", way: "items" },
    { code: "A-01", site: "CD", way: "locations" }, { code: "A-02", site: "SH", way: "locations" },
    { code: "?", site: "SH", way: null }, { code: "A-02", site: "SH", way: "locations" },
  ]);
  expect(groups).toEqual([
    { way: "locations", site: "SH", codes: ["A-01", "A-02"] }, { way: "items", site: "SH", codes: ["CUP"] },
    { way: "locations", site: "CD", codes: ["A-01"] },
  ]);
  expect(left).toEqual(["?"]);
});

test("English has every sentence of the label pages, with the same places in it", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh)) {
    expect([key, places(en[key as keyof typeof en])]).toEqual([key, places(text)]);
    expect(en[key as keyof typeof en], key).not.toMatch(/[一-鿿]/);
  }
});
