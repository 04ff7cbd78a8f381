/** Opens what a code stands for, whoever scanned or typed it: item, lot, location, unit, document, badge. */
import { signal } from "@preact/signals";
import { call } from "../../api/client";
import type { components } from "../../api/schema";
import type { RawScan } from "../../scan/engine";
import { go } from "../../route";
import { me } from "../session";
import { site } from "./places";
import { ROUTES, routeOf } from "./routes";
import { say, sayProblem } from "./said";
import { f, frameOr } from "./words";
import { wordsFor } from "./work";

export type Target = components["schemas"]["Target"];

export interface Thing {
  kind: string;
  code: string;
  target: Target | null;
  to: string;
}

/** A scan that means several things, until somebody says which. */
export const choosing = signal<{ code: string; things: Thing[] } | null>(null);

/** The address of a thing; "" when nothing of the kind has a page. */
export function addressOf(kind: string, target: Partial<Target>, meaning: Meaning = {}): string {
  const code = target.code ?? "";
  const place: Record<string, string> = target.site ? { site: target.site } : {};
  switch (kind) {
    case "item":
      if (meaning.serial) return address("/movements", { item: code, serial: meaning.serial });
      return meaning.lot ? address("/lot", { item: code, lot: meaning.lot }) : address("/item", { code });
    case "location":
      return address("/location", { ...place, code });
    case "handling_unit":
      return address("/unit", { code });
    case "document":
      return address("/documents", { code: code || (meaning.code ?? "") });
    case "user":
      return address("/people", { user: String(target.id ?? "") });
    default:
      return "";
  }
}

/** Path and query; empty values are left out. */
export function address(path: string, query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "")).toString();
  return asked ? `${path}?${asked}` : path;
}

/** Looks the scan up and goes there; says in words why it cannot. */
export async function openScan({ text, aim, source }: Pick<RawScan, "text" | "aim" | "source">): Promise<boolean> {
  choosing.value = null;
  try {
    const things = await thingsOf(text, aim, source);
    if (things.length > 1) {
      choosing.value = { code: text, things };
      return true;
    }
    const [thing] = things;
    if (!thing) sayProblem(f("scan_unknown", { code: text }));
    return thing !== undefined && openThing(thing);
  } catch (error) {
    sayProblem(wordsFor(error));
    return false;
  }
}

/** Goes there if there is a page and the reader may see it. */
export function openThing({ kind, code, to }: Thing): boolean {
  const what = frameOr(`thing_${kind}`, kind);
  const route = to ? routeOf(to.split("?")[0]!, ROUTES) : null;
  if (!route) sayProblem(f("scan_no_page", { what, code }));
  else if (!me.value?.permissions?.includes(route.permission)) sayProblem(f("scan_no_right", { what, code }));
  else {
    choosing.value = null;
    go(to);
    say(`${what} ${code}`);
    return true;
  }
  return false;
}

interface Meaning {
  kind?: string;
  code?: string;
  lot?: string;
  serial?: string;
}

/** What a code may stand for here, likeliest first. Throws Problem for a broken code. */
export async function thingsOf(text: string, aim: string | null, source: RawScan["source"]): Promise<Thing[]> {
  const found = await call("post", "/api/v1/scans/resolve", {
    body: { text, aim, source, site: site.value || null, location: null, expected: [], look_up: false },
  });
  const [targets, meaning] = [found.targets, found.meaning as Meaning];
  if (meaning.kind === "document" && !targets.length)
    return [{ kind: "document", code: meaning.code ?? text, target: null, to: addressOf("document", {}, meaning) }];
  return targets.map((target) => ({
    kind: kindOf(target, meaning),
    code: target.code ?? target.name ?? text,
    target,
    to: addressOf(target.target, target, meaning),
  }));
}

function kindOf(target: Target, { lot, serial }: Meaning): string {
  if (target.target !== "item") return target.target;
  return serial ? "serial" : lot ? "lot" : "item";
}
