/** A page in a file of its own: a handheld never reads the desk's, a desk never the handheld's. */
import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

export function later<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P> {
  return function Later(props: P) {
    const page = useSignal<FunctionComponent<P> | null>(null);
    useEffect(() => void load().then((loaded) => (page.value = loaded)), []);
    const Page = page.value;
    return Page && <Page {...props} />;
  };
}
