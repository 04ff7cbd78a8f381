/** What the reader may do: buttons that would be refused are not there. */
import { me } from "../session";

export function may(permission: string): boolean {
  return me.value?.permissions?.includes(permission) ?? false;
}
