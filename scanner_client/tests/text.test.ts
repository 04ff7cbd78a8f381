import { expect, test } from "vitest";
import { en } from "../src/text/en";
import { chooseLanguage, refusal, refusalsRead, t } from "../src/text/words";
import { zh } from "../src/text/zh";

const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test("English has every sentence of the Chinese dictionary, with the same places in it", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
  for (const [key, text] of Object.entries(zh))
    expect([key, places(en[key as keyof typeof en])]).toEqual([key, places(text)]);
});

test("no sentence is empty, and none of the English ones is Chinese by mistake", () => {
  for (const [key, text] of Object.entries(en)) {
    expect(text, key).not.toBe("");
    if (!["brand", "language_other"].includes(key)) expect(text, key).not.toMatch(/[一-鿿]/);
  }
});

test("a name comes in the reader's language, else in the other, else as its code", async () => {
  await chooseLanguage("en");
  expect(t("said_count", { name: { zh: "洗手液", en: "", code: "S1" }, quantity: "2", unit: "pc" }))
    .toBe("洗手液: 2 pc");
  expect(t("said_count", { name: { zh: "", en: "", code: "S1" }, quantity: "2", unit: "pc" }))
    .toBe("S1: 2 pc");
});

test("the server's codes are worded by the server's own dictionary", async () => {
  await refusalsRead;
  await chooseLanguage("en");
  expect(refusal("bad_check_digit", { value: "123" })).toContain("123");
  expect(refusal("never_heard_of")).toContain("never_heard_of");
});
