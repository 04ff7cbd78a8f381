/** A page in a file of its own: a handheld never reads the desk's, a desk never the handheld's. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, FunctionComponent } from "preact";
import { useEffect } from "preact/hooks";

/** What stands there until the file is read, and when it cannot be. */
export interface Meanwhile {
  waiting?: ComponentChildren;
  failed?: (again: () => void) => ComponentChildren;
}

export function later<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
): FunctionComponent<P & Meanwhile> {
  return function Later({ waiting, failed, ...props }: P & Meanwhile) {
    const page = useSignal<FunctionComponent<P> | null>(null);
    const lost = useSignal(false);
    const read = (): void => {
      lost.value = false;
      load().then((loaded) => { page.value = loaded; }, () => { lost.value = true; });
    };
    useEffect(read, []);
    const Page = page.value;
    if (Page) return <Page {...(props as unknown as P)} />;
    return <>{lost.value ? failed?.(read) : waiting}</>;
  };
}
