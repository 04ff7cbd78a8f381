/** What the palette offers for a few letters. */
import { call } from "../../api/client";
import { go } from "../../route";
import { chooseLanguage, language, nameOf, t } from "../../text/words";
import { chooseTheme, theme } from "../../ui/theme";
import { me, signOut } from "../session";
import { allowed } from "./nav";
import { address } from "./open_thing";
import { site } from "./places";
import { f } from "./words";

export interface Offer {
  key: string;
  kind: string;
  text: string;
  detail: string;
  act: () => void;
}

const THINGS = 8;

export async function findOffers(text: string): Promise<Offer[]> {
  const here = [...pages(), ...acts()].filter((offer) => fits(offer, text));
  if (text.length < 2) return here;
  const found = await Promise.all([items(text), locations(text)]).catch(() => []);
  return [...here, ...found.flat()];
}

function fits({ text, detail }: Offer, wanted: string): boolean {
  return `${text} ${detail}`.toLowerCase().includes(wanted.toLowerCase());
}

function pages(): Offer[] {
  return allowed().map(({ path, title }) => ({
    key: path, kind: f("palette_pages"), text: f(title), detail: path, act: () => go(path),
  }));
}

function acts(): Offer[] {
  const dark = theme.value === "dark";
  const other = language.value === "zh" ? "en" : "zh";
  const offer = (key: string, text: string, act: () => void): Offer => ({ key, kind: f("palette_acts"), text, detail: "", act });
  return [
    offer("language", t("language_other"), () => void chooseLanguage(other)),
    offer("theme", t(dark ? "theme_light" : "theme_dark"), () => chooseTheme(dark ? "light" : "dark")),
    offer("sign-out", t("sign_out"), () => void signOut().then(() => go("/sign-in"))),
  ];
}

async function items(q: string): Promise<Offer[]> {
  if (!me.value?.permissions?.includes("items.read")) return [];
  const { rows } = await call("get", "/api/v1/items", { query: { q, limit: THINGS } });
  return rows.map((row) => ({
    key: `item/${row.sku}`, kind: f("thing_item"), text: nameOf({ name_zh: row.name_zh ?? "", name_en: row.name_en ?? "", sku: row.sku ?? "" }),
    detail: row.sku ?? "", act: () => go(address("/item", { code: row.sku ?? "" })),
  }));
}

async function locations(q: string): Promise<Offer[]> {
  if (!me.value?.permissions?.includes("places.read")) return [];
  const { rows } = await call("get", "/api/v1/locations", { query: { q, site: site.value, limit: THINGS } });
  return rows.map((row) => ({
    key: `location/${row.site}/${row.code}`, kind: f("thing_location"), text: row.code ?? "", detail: row.site ?? "",
    act: () => go(address("/location", { site: row.site ?? "", code: row.code ?? "" })),
  }));
}
