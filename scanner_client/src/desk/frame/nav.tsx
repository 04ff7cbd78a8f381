/** Where one can go: a column on the left; on a small screen a sheet from the top. */
import type { FunctionComponent } from "preact";
import { path } from "../../route";
import { Icon } from "../../ui/icon";
import { Sheet } from "../../ui/sheet";
import { me } from "../session";
import { badges, useBadges } from "./badges";
import { narrow } from "./narrow";
import { GROUPS, routeOf, ROUTES, type Route } from "./routes";
import { Account } from "./top";
import { f } from "./words";

export function Nav({ open, onClose }: { open: boolean; onClose: () => void }) {
  useBadges();
  if (!narrow.value) return <nav class="nav" aria-label={f("pages")}><Groups /></nav>;
  if (!open) return null;
  return (
    <div class="from-top">
      <Sheet title={f("menu")} onClose={onClose}>
        <nav class="nav" aria-label={f("pages")} onClick={onClose}><Groups /></nav>
        <Account />
        <button class="quiet" onClick={onClose}>{f("said_close")}</button>
      </Sheet>
    </div>
  );
}

/** Pages the reader may see, in groups. */
export function allowed(): Route[] {
  return ROUTES.filter(({ group, permission }) => group && me.value?.permissions?.includes(permission));
}

const Groups: FunctionComponent = () => {
  const here = routeOf(path.value);
  const routes = allowed();
  return (
    <>
      {GROUPS.filter((group) => routes.some((each) => each.group === group)).map((group) => (
        <section key={group} aria-label={f(`group_${group}`)}>
          <h2 aria-hidden="true">{f(`group_${group}`)}</h2>
          {routes.filter((each) => each.group === group).map((route) => (
            <a key={route.path} href={route.path} aria-current={route === here ? "page" : undefined}>
              <Icon of={route.icon} size={18} /><span>{f(route.title)}</span>
              {badges.value[route.path] && <b class="badge">{badges.value[route.path]}</b>}
            </a>
          ))}
        </section>
      ))}
    </>
  );
};
