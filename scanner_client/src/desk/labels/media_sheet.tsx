/** What is in a printer, and how it prints. */
import { useSignal } from "@preact/signals";
import { Sheet } from "../../ui/sheet";
import { saveMedia, testPrint, type Media, type Printer } from "./api";
import { loadStations } from "./stations_data";
import { l, type LabelText } from "./words";
import { useWork } from "../frame/work";

const USUAL: Media = {
  name: "60x40", width_mm: 60, height_mm: 40, across: 1, across_gap_mm: 2, gap_mm: 2, tracking: "gap",
  darkness: null, speed: null, offset_x_mm: 0, offset_y_mm: 0, direction: 0,
};
/** name, words, least, most, usual; null where the printer's own setting may stay. */
const NUMBERS: readonly (readonly [keyof Media, LabelText, number, number, number, number | null])[] = [
  ["width_mm", "media_width", 5, 420, 0.1, 60],
  ["height_mm", "media_height", 5, 420, 0.1, 40],
  ["across", "media_across_n", 1, 3, 1, 1],
  ["across_gap_mm", "media_across_gap", 0, 30, 0.1, 2],
  ["gap_mm", "media_gap", 0, 30, 0.1, 2],
  ["darkness", "media_darkness", 0, 30, 1, null],
  ["speed", "media_speed", 1, 14, 1, null],
  ["offset_x_mm", "media_offset_x", -10, 10, 0.1, 0],
  ["offset_y_mm", "media_offset_y", -10, 10, 0.1, 0],
];

export function MediaSheet({ printer, onClose }: { printer: Printer; onClose: () => void }) {
  const media = useSignal<Media>(printer.media ?? USUAL);
  const { busy, problem, run } = useWork();
  const set = (name: keyof Media, value: unknown): void => void (media.value = { ...media.value, [name]: value });
  const save = (test: boolean): void => {
    void run(async () => {
      const saved = await saveMedia(printer, media.value);
      if (test) await testPrint(saved);
      await loadStations(false);
    }).then((well) => { if (well) onClose(); });
  };
  return (
    <Sheet title={l("media_title", { name: printer.name })} onClose={onClose}>
      <label class="field"><span>{l("media_name")}</span>
        <input value={media.value.name} data-manual maxLength={60} onInput={(event) => set("name", event.currentTarget.value)} />
      </label>
      <div class="fields">
        {NUMBERS.map(([name, text, least, most, step, usual]) => (
          <label class="field" key={name}><span>{l(text)}</span>
            <input type="number" min={least} max={most} step={step} data-manual name={name}
              value={(media.value[name] ?? usual ?? "") as number | string}
              placeholder={usual === null ? l("media_own") : ""}
              onInput={(event) => set(name, event.currentTarget.value === "" ? usual : Number(event.currentTarget.value))} />
          </label>
        ))}
        <Choice text="media_tracking" value={media.value.tracking} onChange={(value) => set("tracking", value)}
          choices={[["gap", "tracking_gap"], ["mark", "tracking_mark"], ["none", "tracking_none"]]} />
        <Choice text="media_direction" value={String(media.value.direction)} onChange={(value) => set("direction", Number(value))}
          choices={[["0", "direction_0"], ["1", "direction_1"]]} />
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <div class="pair">
        <button onClick={() => save(true)} disabled={busy}>{l("media_save_test")}</button>
        <button class="main" onClick={() => save(false)} disabled={busy}>{l("act_save")}</button>
      </div>
      <button class="quiet" onClick={onClose}>{l("act_close")}</button>
    </Sheet>
  );
}

interface ChoiceProps {
  text: LabelText;
  value: string;
  choices: readonly (readonly [string, LabelText])[];
  onChange: (value: string) => void;
}

function Choice({ text, value, choices, onChange }: ChoiceProps) {
  return (
    <label class="field"><span>{l(text)}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([name, words]) => <option key={name} value={name}>{l(words)}</option>)}
      </select>
    </label>
  );
}
