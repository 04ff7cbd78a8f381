/** The built app runs on Chrome 80: what its files say is read as that browser would read it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse, type MemberExpression } from "acorn";
import { simple } from "acorn-walk";
import { expect, test } from "vitest";

const DIST = "dist";
const files = existsSync(DIST)
  ? readdirSync(DIST, { recursive: true, encoding: "utf8" }).map((name) => `${DIST}/${name}`)
  : [];
const scripts = files.filter((name) => name.endsWith(".js"));
const styles = files.filter((name) => name.endsWith(".css"));

/** Younger than Chrome 80. `at` is too short a word to be told from our own. */
const YOUNGER = new Set([
  "replaceAll", "findLast", "findLastIndex", "hasOwn", "randomUUID", "toSorted", "toReversed", "toSpliced",
  "groupBy", "withResolvers", "any", "structuredClone", "WeakRef", "FinalizationRegistry", "isSubsetOf",
  "showPicker", "replaceChildren", "checkVisibility",
]);
const YOUNGER_STYLE = [
  /(^|[;{])inset:/, /:is\(/, /:where\(/, /:has\(/, /aspect-ratio:/, /color-mix\(/, /@layer/, /@container/,
  /\d[sdl]v[hw]\b/, /accent-color:/, /(^|[;{])(translate|rotate|scale):/, /overflow:\s*clip/, /:not\([^)]*,/,
  /text-wrap:/, /@property/, /(oklch|oklab|lab|lch)\(/, /\bsubgrid\b/, /scrollbar-gutter/,
];

test.skipIf(!files.length)("every script is ECMAScript 2020 and calls nothing younger", () => {
  expect(scripts.length).toBeGreaterThan(5);
  for (const name of scripts) {
    const source = readFileSync(name, "utf8");
    const tree = parse(source, { ecmaVersion: 2020, sourceType: "module" });
    const found: string[] = [];
    simple(tree, {
      MemberExpression(node: MemberExpression) {
        if (node.property.type === "Identifier" && !node.computed && YOUNGER.has(node.property.name))
          found.push(node.property.name);
      },
    });
    expect(found, name).toEqual([]);
  }
});

test.skipIf(!files.length)("no style needs a younger browser, nor a gap in a flex box", () => {
  expect(styles.length).toBeGreaterThan(0);
  for (const name of styles) {
    const text = readFileSync(name, "utf8");
    for (const rule of text.split("}").filter((part) => !part.includes(":focus-visible")))
      for (const young of YOUNGER_STYLE) expect(young.test(rule), `${young} in ${rule}`).toBe(false);
    const gaps = text.split("}").filter((rule) =>
      /display:\s*(inline-)?flex/.test(rule) && /[;{](row-|column-)?gap:/.test(rule));
    expect(gaps).toEqual([]);
  }
});

test.skipIf(!files.length)("what no browser of ours can read is said by the page itself", () => {
  const page = readFileSync(`${DIST}/index.html`, "utf8");
  expect(page).toMatch(/class="unsupported"[\s\S]*Chrome[\s\S]*80/);
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
});
