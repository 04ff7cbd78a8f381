/** The handheld's page: tasks, or the one task at hand. */
import { useSignal } from "@preact/signals";
import { ArrowRightLeft, ClipboardCheck, Hand, PackagePlus, Warehouse, type IconNode } from "lucide";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { pass, signOut } from "../device";
import { FLOW_NAMES } from "../flows";
import type { FlowName, Key } from "../flows/flow";
import { listen } from "../scan/listen";
import type { Database } from "../store";
import { t, type Text } from "../text/words";
import { Icon } from "../ui/icon";
import { Ask, CodePad, QuantityPad } from "./ask";
import { BadgePage } from "./badge_page";
import { Floor } from "./floor";
import { More } from "./more";
import { unmute } from "./sounds";
import { StatusLine } from "./status_line";
import { StopScreen } from "./stop";
import { Work } from "./work";

const ICONS: Record<FlowName, IconNode> = {
  receive: PackagePlus, put_away: Warehouse, move: ArrowRightLeft, pick: Hand, count: ClipboardCheck,
};

interface AtWorkProps {
  floor: Floor;
  database: Database;
}

export function FloorPage({ database }: { database: Database }) {
  const floor = useMemo(() => new Floor(database), [database]);
  if (!pass.value) return <BadgePage database={database} onIn={() => void floor.sync()} />;
  return <AtWork floor={floor} database={database} />;
}

function AtWork({ floor, database }: AtWorkProps) {
  const sink = useRef<HTMLTextAreaElement>(null);
  const open = useSignal<"" | "more" | "quantity" | "type">("");
  useEffect(() => listen(sink.current!, (scan) => void floor.scan(scan)), [floor]);
  useEffect(() => floor.start(), [floor]);
  const view = floor.view.value;
  const close = (): void => void (open.value = "");
  const press = (key: Key): void => {
    if (key === "quantity" || key === "type") open.value = key;
    else void floor.act({ type: "press", key });
  };
  const type = (code: string): void => {
    close();
    void floor.scan({ text: code, aim: null, source: "typed", burst: false });
  };
  return (
    <div class="floor" onPointerDown={unmute} onKeyDown={unmute} data-turn={floor.turns.value}
      data-items={floor.catalogue.value.items} data-places={floor.catalogue.value.places}>
      <textarea class="sink" ref={sink} inputMode="none" autocomplete="off" autocapitalize="off"
        spellcheck={false} aria-hidden="true" tabIndex={-1} />
      <StatusLine floor={floor} onMore={() => (open.value = "more")} />
      {!isSecureContext && <p class="banner">{t("insecure")}</p>}
      {view ? <Work view={view} note={floor.note.value} onKey={press} /> : <Tasks floor={floor} />}
      {view?.stop && (
        <StopScreen stop={view.stop} title={view.title} onOk={() => press("ok")} />
      )}
      {view?.question && (
        <Ask question={view.question} place={view.next.where}
          onAnswer={(index) => void floor.act({ type: "answer", index })} />
      )}
      {open.value === "more" && (
        <More floor={floor} onClose={close} onSwitch={() => void signOut(database)} />
      )}
      {open.value === "type" && <CodePad onClose={close} onEnter={type} />}
      {open.value === "quantity" && (
        <QuantityPad onClose={close}
          onEnter={(value) => { close(); void floor.act({ type: "quantity", value }); }} />
      )}
    </div>
  );
}

function Tasks({ floor }: { floor: Floor }) {
  return (
    <main class="tasks">
      {FLOW_NAMES.map((name) => (
        <button key={name} onClick={() => floor.choose(name)} data-task={name}>
          <Icon of={ICONS[name]} size={28} />{t(`task_${name}` as Text)}
        </button>
      ))}
      <p class="muted small">{t("tasks_hint")}</p>
    </main>
  );
}
