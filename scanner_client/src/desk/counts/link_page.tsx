/** /c/7?s=…: one count behind a link of a message, for a phone. The link only shows; a person decides. */
import { call } from "../../api/client";
import { path, query } from "../../route";
import { useAsk } from "../frame/ask";
import { Empty, Loading } from "../frame/states";
import { CountCard } from "./count_card";
import "./counts.css";
import { c, worded } from "./words";

export function LinkPage() {
  const id = path.value.split("/")[2] ?? "";
  const signature = query.value.get("s") ?? "";
  const asked = useAsk(`link/${id}/${signature}`, () => call("get", "/api/v1/counts/{count_id}/link-check", {
    path: { count_id: id }, query: { signature },
  }));
  if (!worded()) return <Loading />;
  if (asked.problem)
    return <Empty title={c("link_bad_title")} action={<a href="/counts">{c("to_list")}</a>}>{asked.problem}</Empty>;
  return <div class="counts single">{asked.answer ? <CountCard id={id} /> : <Loading />}</div>;
}
