/** 开始: what a new site still needs before it goes live, looked up, not ticked off by hand. */
import { call } from "../../api/client";
import { PASSIVE, by, useAsk } from "../frame/ask";
import { oneSite, siteName, sites } from "../frame/places";
import { Answered, Empty } from "../frame/states";
import "./admin.css";
import { every } from "./load";
import { a, worded, type AdminText } from "./words";

interface Step {
  name: "locations" | "items" | "labels" | "devices" | "stock" | "live";
  done: boolean;
  to: string;
}

type One = { rows: unknown[] };
const first = (path: string, query: object): Promise<boolean> =>
  (call as unknown as (...all: unknown[]) => Promise<One>)("get", path, { query: { ...query, limit: 1 }, headers: PASSIVE }).then(({ rows }) => rows.length > 0, () => false);

export function StartPage() {
  const here = oneSite.value || sites.value[0]?.code || "";
  const asked = useAsk(here, async (passive): Promise<Step[]> => {
    const [locations, items, labels, stock, devices, known] = await Promise.all([
      first("/api/v1/locations", { site: here, physical: true }), first("/api/v1/items", {}),
      first("/api/v1/print-jobs", {}), first("/api/v1/movements", { site: here }),
      every<{ site_code: string }>("/api/v1/devices", {}, PASSIVE).catch(() => []),
      call("get", "/api/v1/sites", { query: { code: here }, headers: by(passive) }),
    ]);
    return [
      { name: "locations", done: locations, to: "/records?kind=locations" },
      { name: "items", done: items, to: "/imports?kind=items" },
      { name: "labels", done: labels, to: "/labels/print" },
      { name: "devices", done: devices.some((each) => each.site_code === here), to: "/devices?id=new" },
      { name: "stock", done: stock, to: "/imports?kind=opening_stock" },
      { name: "live", done: Boolean(known.rows[0]?.live_at), to: `/records?kind=sites&id=${known.rows[0]?.id ?? ""}` },
    ];
  }, { concerns: ({ topic }) => /^(location|item|print|device|movement|site)\./.test(topic), least_ms: 5000 });
  if (!worded()) return null;
  return (
    <div class="admin scroll">
      <div class="page-head"><h1>{a("start_title")}</h1></div>
      <p class="muted lead">{a("start_hint", { site: siteName(here) })}</p>
      <Answered asked={asked}>{(steps) => steps.every(({ done }) => done)
        ? <Empty title={a("start_done")} action={<a class="button" href="/stock">{a("start_go")}</a>} />
        : <Steps steps={steps} />}</Answered>
    </div>
  );
}

function Steps({ steps }: { steps: Step[] }) {
  const next = steps.find(({ done }) => !done);
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step.name} class={step.done ? "done" : step === next ? "due" : ""}>
          <span class={`chip ${step.done ? "good" : "note"}`}>{a(step.done ? "step_done" : "step_open")}</span>
          <div><b>{a(`start_${step.name}` as AdminText)}</b><p class="muted small">{a(`start_${step.name}_hint` as AdminText)}</p></div>
          {!step.done && <a class={step === next ? "button main" : "button"} href={step.to}>{a("start_do")}</a>}
        </li>
      ))}
    </ol>
  );
}
