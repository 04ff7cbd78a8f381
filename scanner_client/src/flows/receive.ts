import { carryFlow } from "./carry";

/** 收货: the place first, then what stands there. The place stays until another one is scanned. */
export const receive = carryFlow({
  name: "receive", type: "receive_line", title: "task_receive",
  first: "to", second: false, keeps: true, documents: true, units: false,
});
