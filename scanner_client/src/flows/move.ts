import { carryFlow } from "./carry";

/** 移库: from here to there; or a whole handling unit. */
export const move = carryFlow({
  name: "move", type: "move_stock", title: "task_move",
  first: "from", second: true, keeps: false, documents: false, units: true,
});
