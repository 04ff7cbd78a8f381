import { count } from "./count";
import type { Base, Flow, FlowName } from "./flow";
import { move } from "./move";
import { pick } from "./pick";
import { putAway } from "./put_away";
import { receive } from "./receive";

/** Each flow only ever meets the states it made itself; the name in them says which it is. */
export const FLOWS = { receive, put_away: putAway, move, pick, count } as unknown as Record<
  FlowName,
  Flow<Base>
>;

export const FLOW_NAMES = Object.keys(FLOWS) as FlowName[];
