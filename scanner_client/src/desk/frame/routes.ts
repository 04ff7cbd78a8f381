/**
 * Every page of the desk: one entry here, one `nav_…` word in both frame dictionaries, and the page is
 * reachable, in the navigation and in the palette, for whoever holds the permission.
 * docs/desk.md tells how to add one.
 */
import { ArrowLeftRight, Boxes, ClipboardCheck, ClipboardList, Container, Layers, MapPin, Package, MessageSquare, StickyNote, type IconNode } from "lucide";
import type { FunctionComponent } from "preact";
import { later, type Meanwhile } from "../../ui/later";
import type { FrameText } from "./words";

export type Group = "counts" | "work" | "turnover" | "system";

export interface Route {
  /** "/stock" also means "/stock/…"; the longest that fits is taken. */
  path: string;
  /** A component in a file of its own; the handheld never reads it. */
  page: FunctionComponent<Meanwhile>;
  title: FrameText;
  /** What the reader must hold; "self" is everybody who is signed in. */
  permission: string;
  /** Where it stands in the navigation; null: reached by links only. */
  group: Group | null;
  icon: IconNode;
}

export const GROUPS: readonly Group[] = ["counts", "work", "turnover", "system"];

const THING = later(() => import("../stock/thing_page").then((page) => page.ThingPage));

export const ROUTES: readonly Route[] = [
  {
    path: "/counts", title: "nav_counts", permission: "counts.read", group: "counts", icon: ClipboardCheck,
    page: later(() => import("../counts/counts_page").then((page) => page.CountsPage)),
  },
  {
    path: "/c", title: "nav_counts", permission: "counts.read", group: null, icon: ClipboardCheck,
    page: later(() => import("../counts/link_page").then((page) => page.LinkPage)),
  },
  {
    path: "/stock", title: "nav_stock", permission: "stock.read", group: "work", icon: Boxes,
    page: later(() => import("../stock_page").then((page) => page.StockPage)),
  },
  {
    path: "/movements", title: "nav_movements", permission: "movements.read", group: "work", icon: ArrowLeftRight,
    page: later(() => import("../stock/movements_page").then((page) => page.MovementsPage)),
  },
  {
    path: "/documents", title: "nav_documents", permission: "documents.read", group: "work", icon: ClipboardList,
    page: later(() => import("../documents/documents_page").then((page) => page.DocumentsPage)),
  },
  {
    path: "/item", title: "nav_item", permission: "stock.read", group: null, icon: Package, page: THING,
  },
  {
    path: "/location", title: "nav_location", permission: "stock.read", group: null, icon: MapPin, page: THING,
  },
  {
    path: "/lot", title: "nav_lot", permission: "stock.read", group: null, icon: Layers, page: THING,
  },
  {
    path: "/unit", title: "nav_unit", permission: "stock.read", group: null, icon: Container, page: THING,
  },
  {
    path: "/labels", title: "nav_labels", permission: "labels.read", group: "system", icon: StickyNote,
    page: later(() => import("../labels/labels_page").then((page) => page.LabelsPage)),
  },
  {
    path: "/messages", title: "nav_messages", permission: "messages.read", group: "system", icon: MessageSquare,
    page: later(() => import("../messages/messages_page").then((page) => page.MessagesPage)),
  },
];

/** Where the desk begins. */
export const HOME = "/stock";

/** The entry an address belongs to. */
export function routeOf(address: string, routes: readonly Route[] = ROUTES): Route | null {
  const fitting = routes.filter(({ path }) => address === path || address.startsWith(`${path}/`));
  return fitting.reduce<Route | null>((best, each) => (best && best.path.length >= each.path.length ? best : each), null);
}
