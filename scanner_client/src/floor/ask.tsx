/** Questions and keypads: bottom sheets with big answers. */
import { useSignal } from "@preact/signals";
import { Delete } from "lucide";
import type { Question } from "../flows/flow";
import { shown } from "../quantity";
import type { Meaning } from "../scan/meaning";
import { nameOf, said, t } from "../text/words";
import { Icon } from "../ui/icon";
import { Sheet } from "../ui/sheet";

interface AskProps {
  question: Question;
  place: string;
  onAnswer: (index: number) => void;
}

const NONE = -1;

export function Ask({ question, place, onAnswer }: AskProps) {
  const { title, answers, leave } = wording(question, place);
  return (
    <Sheet title={title} onClose={() => onAnswer(NONE)}>
      <div class="answers">
        {answers.map((answer, index) => (
          <button key={answer} onClick={() => onAnswer(index)}>{answer}</button>
        ))}
        <button class="quiet" onClick={() => onAnswer(NONE)}>{leave}</button>
      </div>
    </Sheet>
  );
}

function wording(question: Question, place: string) {
  if (question.about === "undo")
    return {
      title: t("ask_undo", { what: said(question.done.words) }),
      answers: [t("ask_undo_put_back"), t("ask_undo_never")],
      leave: t("ask_leave"),
    };
  if (question.about === "finish")
    return {
      title: t(question.seen ? "ask_finish" : "ask_finish_empty", { place }),
      answers: question.seen
        ? [t("ask_finish_whole"), t("ask_finish_only")]
        : [t("ask_finish_is_empty")],
      leave: t("ask_go_on"),
    };
  return {
    title: t("ask_meaning", { code: question.code }),
    answers: question.options.map(optionText),
    leave: t("cancel"),
  };
}

function optionText(option: Meaning): string {
  if (option.kind !== "item") return option.code;
  const { item, quantity, packaging } = option;
  return `${nameOf(item)} · ${item.sku} · ${shown(quantity)} ${item.base_unit} ${packaging}`.trim();
}

const PAD = ["7", "8", "9", "4", "5", "6", "1", "2", "3", ".", "0"];
const TYPED_MOST = 14;

export function QuantityPad({ onClose, onEnter }: { onClose: () => void; onEnter: (value: string) => void }) {
  const typed = useSignal("");
  const press = (key: string): void => {
    if (key === "." && typed.value.includes(".")) return;
    if (typed.value.length < TYPED_MOST) typed.value += key;
  };
  const enter = (): void => {
    const value = typed.value.replace(/^\./, "0.").replace(/\.$/, "");
    if (value) onEnter(value);
  };
  return (
    <Sheet title={t("pad_quantity")} onClose={onClose}>
      <div
        onKeyDown={(event) => {
          if (/^[0-9.]$/.test(event.key)) press(event.key);
          if (event.key === "Backspace") typed.value = typed.value.slice(0, -1);
          if (event.key === "Enter") enter();
        }}
        data-manual
      >
        <output class="typed" aria-live="polite">{typed.value || "0"}</output>
        <div class="pad">
          {PAD.map((key) => <button key={key} onClick={() => press(key)}>{key}</button>)}
          <button onClick={() => (typed.value = typed.value.slice(0, -1))} aria-label={t("pad_delete")}>
            <Icon of={Delete} size={26} />
          </button>
        </div>
        <div class="pair">
          <button class="quiet" onClick={onClose}>{t("cancel")}</button>
          <button class="main" onClick={enter}>{t("pad_enter")}</button>
        </div>
      </div>
    </Sheet>
  );
}

export function CodePad({ onClose, onEnter }: { onClose: () => void; onEnter: (code: string) => void }) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget as HTMLFormElement).get("code")).trim();
    if (code) onEnter(code);
  };
  return (
    <Sheet title={t("pad_code")} onClose={onClose}>
      <form onSubmit={submit} data-manual>
        <input class="typed code" name="code" autofocus autocomplete="off" autocapitalize="characters"
          spellcheck={false} maxLength={200} />
        <div class="pair">
          <button class="quiet" type="button" onClick={onClose}>{t("cancel")}</button>
          <button class="main" type="submit">{t("pad_enter")}</button>
        </div>
      </form>
    </Sheet>
  );
}
