import { carryFlow } from "./carry";

/** 拣货: from a location to the customer, with or without a document. */
export const pick = carryFlow({
  name: "pick", type: "pick_line", title: "task_pick",
  first: "from", second: false, keeps: true, documents: true, units: false,
});
