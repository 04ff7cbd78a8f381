/**
 * Every page of the desk: one entry here, one `nav_…` word in both frame dictionaries, and the page is
 * reachable, in the navigation and in the palette, for whoever holds the permission.
 * docs/desk.md tells how to add one.
 */
import {
  ArrowLeftRight, BellRing, BookCheck, Boxes, ClipboardCheck, ClipboardList, Container, Database, FileSpreadsheet, FileUp, Layers, ListChecks, MapPin, MessageSquare, Package, Settings, Smartphone, StickyNote, TriangleAlert, Users, type IconNode,
} from "lucide";
import type { FunctionComponent } from "preact";
import { later, type Meanwhile } from "../../ui/later";
import type { FrameText } from "./words";

export type Group = "counts" | "work" | "turnover" | "books" | "system";

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

export const GROUPS: readonly Group[] = ["counts", "work", "turnover", "books", "system"];

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
    path: "/stock/table", title: "nav_stock", permission: "stock.read", group: null, icon: Boxes,
    page: later(() => import("../stock/stock_table_page").then((page) => page.StockTablePage)),
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
  {
    path: "/alerts", title: "nav_alerts", permission: "alerts.read", group: "turnover", icon: BellRing,
    page: later(() => import("../admin/alerts_page").then((page) => page.AlertsPage)),
  },
  {
    path: "/reports", title: "nav_reports", permission: "reports.read", group: "books", icon: FileSpreadsheet,
    page: later(() => import("../reports/reports_page").then((page) => page.ReportsPage)),
  },
  {
    path: "/month-end", title: "nav_month_end", permission: "reports.read", group: "books", icon: BookCheck,
    page: later(() => import("../reports/month_end_page").then((page) => page.MonthEndPage)),
  },
  {
    path: "/exceptions", title: "nav_exceptions", permission: "exceptions.read", group: "work", icon: TriangleAlert,
    page: later(() => import("../admin/exceptions_page").then((page) => page.ExceptionsPage)),
  },
  {
    path: "/start", title: "nav_start", permission: "sites.write", group: "system", icon: ListChecks,
    page: later(() => import("../admin/start_page").then((page) => page.StartPage)),
  },
  {
    path: "/records", title: "nav_records", permission: "items.read", group: "system", icon: Database,
    page: later(() => import("../admin/records_page").then((page) => page.RecordsPage)),
  },
  {
    path: "/imports", title: "nav_imports", permission: "imports.write", group: "system", icon: FileUp,
    page: later(() => import("../admin/imports_page").then((page) => page.ImportsPage)),
  },
  {
    path: "/people", title: "nav_people", permission: "people.read", group: "system", icon: Users,
    page: later(() => import("../admin/people_page").then((page) => page.PeoplePage)),
  },
  {
    path: "/devices", title: "nav_devices", permission: "devices.read", group: "system", icon: Smartphone,
    page: later(() => import("../admin/devices_page").then((page) => page.DevicesPage)),
  },
  {
    path: "/settings", title: "nav_settings", permission: "settings.read", group: "system", icon: Settings,
    page: later(() => import("../admin/settings_page").then((page) => page.SettingsPage)),
  },
];

/** Where the desk begins. */
export const HOME = "/stock";

/** The entry an address belongs to. */
export function routeOf(address: string, routes: readonly Route[] = ROUTES): Route | null {
  const fitting = routes.filter(({ path }) => address === path || address.startsWith(`${path}/`));
  return fitting.reduce<Route | null>((best, each) => (best && best.path.length >= each.path.length ? best : each), null);
}
