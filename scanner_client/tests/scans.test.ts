/** One scan, one meaning: the handheld must read and resolve as the server does (tests/vectors). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readScan, type Scan, type ScanRules } from "../src/scan/read";
import {
  type BarcodeEntry, codeKey, lookupKeys, resolveReading, ScanError, type ScanContext,
} from "../src/scan/resolve";

interface Case {
  id: string;
  text: string;
  aim?: string;
  rules?: Partial<ScanRules>;
  keys?: string[];
  candidates?: BarcodeEntry[];
  context?: ScanContext;
  expected?: unknown;
  error?: { code: string; fields: Record<string, unknown> };
}

const vectors = JSON.parse(readFileSync("../tests/vectors/scans.json", "utf8")) as {
  readings: Case[];
  meanings: Case[];
};
const rulesOf = (each: Case): ScanRules => ({ reference_year: 2026, ...each.rules });
const scanOf = (each: Case): Scan => ({ text: each.text, aim: each.aim });
/** As JSON carries it: no empty fields, no empty lists. */
const asJson = (value: unknown) =>
  JSON.parse(JSON.stringify(value, (_, part) => (Array.isArray(part) && part.length === 0 ? undefined : part)));

describe("a scan is read as the shared vectors say", () => {
  it.each(vectors.readings.map((each) => [each.id, each] as const))("%s", (_, each) => {
    if (each.error) {
      const caught = refusal(() => readScan(scanOf(each), rulesOf(each)));
      expect({ code: caught.code, fields: caught.fields }).toEqual(each.error);
      return;
    }
    const reading = readScan(scanOf(each), rulesOf(each));
    expect(asJson(reading)).toEqual(each.expected);
    expect(lookupKeys(reading)).toEqual(each.keys);
  });
});

describe("a scan means what the shared vectors say", () => {
  it.each(vectors.meanings.map((each) => [each.id, each] as const))("%s", (_, each) => {
    const reading = readScan(scanOf(each), rulesOf(each));
    expect(asJson(resolveReading(reading, each.candidates ?? [], each.context))).toEqual(each.expected);
  });
});

it("compares codes however they are typed", () => {
  for (const written of ["a-01", "A-01", " A-01\r\n", "Ａ－０１", "\u3000A-01"]) expect(codeKey(written)).toBe("a-01");
  expect(codeKey("Straße")).toBe("strasse");
  expect(codeKey("ΟΔΟΣ")).toBe(codeKey("οδος"));
});

it("never fails otherwise than by a ScanError, and not slowly", () => {
  const units = ["(10)A", "(", "10A\x1d", "0109501101530003", "\x1d", "\\(", "]e0", "01/", "&99=A", "%2", "9", "~"];
  const heads = ["", "(10)", "https://a/", "https://a/01/09520123456788?", "[)>\x1e05\x1d"];
  for (const unit of units) {
    for (const head of heads) {
      for (const aim of [undefined, "]C1", "]Q1", "]E0"]) {
        const text = (head + unit.repeat(10_000)).slice(0, 10_000);
        const began = process.cpuUsage().user;
        try {
          readScan({ text, aim }, { reference_year: 2026, separators: ["~"] });
        } catch (error) {
          expect(error).toBeInstanceOf(ScanError);
        }
        expect(process.cpuUsage(undefined).user - began).toBeLessThan(500_000);
      }
    }
  }
});

function refusal(read: () => unknown): ScanError {
  try {
    read();
  } catch (error) {
    if (error instanceof ScanError) return error;
    throw error;
  }
  throw new Error("was read");
}
