/** 标签: what is printed where, and everything around it. The part of the address says which. */
import { useSignal } from "@preact/signals";
import { ClipboardCheck, Hash, PencilRuler, Printer, Repeat, StickyNote } from "lucide";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { path } from "../../route";
import { t } from "../../text/words";
import { Icon } from "../../ui/icon";
import { later } from "../../ui/later";
import { Sheet } from "../../ui/sheet";
import { Bar } from "../bar";
import { clockTime } from "../format";
import { follow, following } from "../poller";
import { loadFrame } from "../stock_data";
import "./labels.css";
import { Stations } from "./stations";
import { loadStations } from "./stations_data";
import { l, worded, type LabelText } from "./words";
import { useKeys, useWork } from "./work";

const SECTIONS = [
  { name: "stations", text: "section_stations", icon: Printer },
  { name: "print", text: "section_print", icon: StickyNote },
  { name: "designs", text: "section_designs", icon: PencilRuler },
  { name: "check", text: "section_check", icon: ClipboardCheck },
  { name: "automatic", text: "section_automatic", icon: Repeat },
  { name: "numbers", text: "section_numbers", icon: Hash },
] as const;

const PAGES: Record<string, FunctionComponent> = {
  stations: Stations,
  print: later(() => import("./print_page").then((page) => page.PrintPage)),
  designs: later(() => import("./designs_page").then((page) => page.DesignsPage)),
  check: later(() => import("./check_page").then((page) => page.CheckPage)),
  automatic: later(() => import("./automatic_page").then((page) => page.AutomaticPage)),
  numbers: later(() => import("./numbers_page").then((page) => page.NumbersPage)),
};

export function LabelsPage() {
  const help = useSignal(false);
  const { problem, run } = useWork();
  useEffect(() => void run(() => Promise.all([loadFrame(), loadStations(false)])), []);
  useEffect(() => follow(() => run(() => loadStations(true))), []);
  useKeys({ "?": () => (help.value = true) });
  const section = path.value.split("/")[2] || "stations";
  const Page = PAGES[section] ?? Stations;
  const late = !following.value.well;
  return (
    <div class="desk labels">
      <Bar onHelp={() => (help.value = true)} />
      {worded.value && (
        <div class="sections-and-page">
          <Sections current={section} />
          <div class="section-page">
            {problem && <p class="problem" role="alert">{problem}</p>}
            <Page key={section} />
          </div>
        </div>
      )}
      {late && <p class="late" role="status">{t("stale", { time: clockTime(following.value.at) })}</p>}
      {help.value && <Help onClose={() => (help.value = false)} />}
    </div>
  );
}

function Sections({ current }: { current: string }) {
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen they stand in a row that is longer than the screen.
    nav.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <nav class="sections" aria-label={l("sections")} ref={nav}>
      {SECTIONS.map(({ name, text, icon }) => (
        <a key={name} href={`/labels/${name}`} aria-current={name === current ? "page" : undefined}>
          <Icon of={icon} size={18} />{l(text)}
        </a>
      ))}
    </nav>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const keys: [string, LabelText][] = [
    ["J / K", "keys_move"], ["Esc", "act_close"], ["Ctrl + Enter", "keys_print"], ["Ctrl + Z", "design_undo"],
  ];
  return (
    <Sheet title={t("keys_title")} onClose={onClose}>
      <div class="keys-help">
        {keys.map(([key, text]) => [<kbd key={key}>{key}</kbd>, <span key={text}>{l(text)}</span>])}
      </div>
      <button class="quiet" onClick={onClose}>{t("close")}</button>
    </Sheet>
  );
}
