import { carryFlow } from "./carry";

/** 上架: from the dock (which stays) to a location; or a whole handling unit. */
export const putAway = carryFlow({
  name: "put_away", type: "put_away", title: "task_put_away",
  first: "from", second: true, keeps: true, documents: false, units: true,
});
