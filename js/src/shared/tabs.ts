import { h, setAttribute } from "./dom.ts";
import { chooseByArrows } from "./roving.ts";

/**
 * One tab and one panel per view; arrow keys, Home and End move between the tabs. No panel is open
 * while no view is chosen.
 */
export function makeTabs<View extends string>(
  name: string,
  names: Record<View, string>,
  choose: (view: View) => void,
): {
  element: HTMLElement;
  panels: Record<View, HTMLElement>;
  draw: (chosen: View | null, isOffered?: (view: View) => boolean) => void;
} {
  const views = Object.keys(names) as View[];
  const tabs = views.map((view) => {
    const tab = h("button", { type: "button", role: "tab", class: "bw-tab" }, names[view]);
    tab.addEventListener("click", () => choose(view));
    return tab;
  });
  const panels = {} as Record<View, HTMLElement>;
  for (const view of views)
    panels[view] = h("div", { role: "tabpanel", class: "bw-panel", "aria-label": names[view] });
  const list = h("div", { role: "tablist", class: "bw-tabs", "aria-label": name }, ...tabs);
  chooseByArrows(
    list,
    () => tabs.filter((tab) => !tab.hidden),
    (tab) => {
      const view = views[tabs.indexOf(tab)];
      if (view !== undefined) choose(view);
    },
  );
  const draw = (chosen: View | null, isOffered: (view: View) => boolean = () => true): void => {
    const stop = chosen ?? views.find(isOffered);
    views.forEach((view, i) => {
      const tab = tabs[i];
      panels[view].hidden = view !== chosen;
      if (tab === undefined) return;
      tab.hidden = !isOffered(view);
      setAttribute(tab, "aria-selected", view === chosen ? "true" : "false");
      setAttribute(tab, "tabindex", view === stop ? 0 : -1);
      if (view === chosen) reveal(list, tab);
    });
  };
  const element = h("div", { class: "bw-views" }, list, ...views.map((view) => panels[view]));
  return { element, panels, draw };
}

/** Scrolls only the list; `scrollIntoView` would also scroll the page. */
function reveal(list: HTMLElement, tab: HTMLElement): void {
  const left = tab.offsetLeft - list.offsetLeft;
  const right = left + tab.offsetWidth - list.clientWidth;
  list.scrollLeft = Math.min(left, Math.max(right, list.scrollLeft));
}
