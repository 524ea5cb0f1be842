import { h, setAttribute } from "../shared/dom.ts";
import { chooseByArrows } from "../shared/roving.ts";
import { VIEWS, type View } from "./state.ts";

const NAMES: Record<View, string> = {
  curves: "Curves",
  probes: "Probes",
  data: "Data map",
  classes: "Classes",
  notes: "Notes",
};

/** One tab and one panel per view; arrow keys, Home and End move between the tabs. */
export function makeTabs(choose: (view: View) => void): {
  element: HTMLElement;
  panels: Record<View, HTMLElement>;
  draw: (view: View) => void;
} {
  const tabs = VIEWS.map((view) => {
    const tab = h("button", { type: "button", role: "tab", class: "bw-tab" }, NAMES[view]);
    tab.addEventListener("click", () => choose(view));
    return tab;
  });
  const panel = (view: View): HTMLElement =>
    h("div", { role: "tabpanel", class: "bw-panel", "aria-label": NAMES[view] });
  const panels: Record<View, HTMLElement> = {
    curves: panel("curves"),
    probes: panel("probes"),
    data: panel("data"),
    classes: panel("classes"),
    notes: panel("notes"),
  };
  const list = h("div", { role: "tablist", class: "bw-tabs", "aria-label": "Views" }, ...tabs);
  chooseByArrows(
    list,
    () => tabs,
    (tab) => choose(VIEWS[tabs.indexOf(tab)] ?? "curves"),
  );
  const draw = (view: View): void => {
    VIEWS.forEach((one, i) => {
      const chosen = one === view;
      const tab = tabs[i];
      if (tab) {
        setAttribute(tab, "aria-selected", chosen ? "true" : "false");
        setAttribute(tab, "tabindex", chosen ? 0 : -1);
      }
      panels[one].hidden = !chosen;
    });
  };
  const element = h("div", { class: "bw-views" }, list, ...Object.values(panels));
  return { element, panels, draw };
}
