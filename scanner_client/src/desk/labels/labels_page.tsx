/** 标签: what is printed where, and everything around it. The part of the address says which. */
import { ClipboardCheck, Hash, PencilRuler, Printer, Repeat, StickyNote } from "lucide";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { path } from "../../route";
import { Icon } from "../../ui/icon";
import { later } from "../../ui/later";
import { useHotkeys } from "../frame/keyboard";
import { useWork } from "../frame/work";
import { follow } from "../poller";
import "./labels.css";
import { Stations } from "./stations";
import { loadStations } from "./stations_data";
import { l, worded } from "./words";

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
  const { problem, run } = useWork();
  useEffect(() => void run(() => loadStations(false)), []);
  useEffect(() => follow(() => run(() => loadStations(true))), []);
  useHotkeys([
    { keys: [], label: "Ctrl Enter", text: l("keys_print"), act: () => undefined },
    { keys: [], label: "Ctrl Z", text: l("design_undo"), act: () => undefined },
  ]);
  const section = path.value.split("/")[2] || "stations";
  const Page = PAGES[section] ?? Stations;
  if (!worded.value) return null;
  return (
    <div class="labels sections-and-page">
      <Sections current={section} />
      <div class="section-page">
        {problem && <p class="problem" role="alert">{problem}</p>}
        <Page key={section} />
      </div>
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
