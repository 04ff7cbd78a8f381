/** Whose: our company, or one of the owners whose goods we keep. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadOwners, type Owner } from "./api";
import { l } from "./words";

interface OwnerSelectProps {
  value?: string;
  onChange?: (code: string) => void;
}

export function OwnerSelect({ value, onChange }: OwnerSelectProps) {
  const owners = useSignal<Owner[]>([]);
  useEffect(() => void loadOwners().then((rows) => (owners.value = rows), () => undefined), []);
  return (
    <label class="field"><span>{l("numbers_owner")}</span>
      <select name="owner" {...(value !== undefined && { value })} onChange={(event) => onChange?.(event.currentTarget.value)}>
        <option value="">{l("numbers_owner_us")}</option>
        {owners.value.map((each) => <option key={each.code} value={each.code}>{each.name || each.code}</option>)}
      </select>
    </label>
  );
}
