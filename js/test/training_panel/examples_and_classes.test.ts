import { describe, expect, it } from "vitest";
import type { Model } from "../../src/shared/model/model.ts";
import panel from "../../src/training_panel.ts";
import { floats, ints, modelOf, trainingState } from "../shared/models.ts";
import { find, mount, named, press, render, usePage } from "../shared/page.ts";

usePage();

/** Draw the panel in a state. */
function open(changes: Record<string, unknown>): Model {
  const model = modelOf(trainingState(changes));
  model.send = () => undefined;
  render(panel, model);
  return model;
}

describe("the data map", () => {
  const view = { view: "data" };

  it("is brushed by the keyboard", () => {
    const model = open(view);
    const map = find('.bw-map [role="application"]')[0];
    press(map, "ArrowRight");
    const [left = -1] = model.get("brush") as number[];
    expect(left).toBe(0);
    map?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    map?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
    expect((model.get("brush") as number[])[0]).toBeGreaterThan(0.01);
    press(map, "Escape");
    expect(model.get("brush")).toEqual([]);
  });

  it("lists selected examples and likely label errors", () => {
    open({
      ...view,
      brush: [0, 0.2, 0, 1],
      selected_count: 37,
      _selected: [["4", "a <i>fine</i> film", "positive", 0.91, 0.1, 1]],
    });
    expect(mount().textContent).toMatch("37 of 1,200 examples selected");
    const cells = find(".bw-picked tbody td").map((element) => element.textContent);
    expect(cells).toEqual(["4", "a <i>fine</i> film", "positive", "0.91", "0.10", "1.00"]);
    expect(mount().textContent).toMatch(
      "row 17: labelled negative, probably positive (margin 0.94)",
    );
  });

  it("is not brushed in a saved copy", () => {
    const model = open({ ...view, _static: true });
    press(find('.bw-map [role="img"]')[0], "ArrowRight");
    expect(model.get("brush")).toEqual([]);
    expect(mount().textContent).toMatch("Saved copy: no kernel attached.");
    expect(mount().textContent).toMatch("probably positive");
  });
});

describe("the classes", () => {
  const unprobed = {
    _probe_history_probes: [],
    _probe_history_steps: ints(),
    _probe_history_counts: [],
    _probe_history_offsets: ints(),
    _probe_history_scores: floats(),
    _probe_history_probabilities: floats(),
    _probe_history_targets: ints(),
  };

  it("show counts by row, and each class's scores", () => {
    open({ view: "classes" });
    expect(find(".bw-confusion td").map((element) => element.textContent)).toEqual([
      "8",
      "2",
      "1",
      "9",
    ]);
    expect(find(".bw-confusion td")[1]?.title).toBe("negative predicted as positive: 2, 20.0%");
    expect(find(".bw-scores tbody tr")[0]?.textContent).toBe("negative0.890.800.8410");
  });

  it("work without a matrix, and without undefined scores", () => {
    open({
      view: "classes",
      _confusion: ints(),
      _per_class: floats(Number.NaN, 0, 0, 0, 1, 1, 1, 5),
    });
    expect(find(".bw-confusion")).toEqual([]);
    expect(find(".bw-scores tbody tr")[0]?.textContent).toBe("negative–0.000.000");
  });

  it("sort many classes by any column, the worst first, those without a value last", () => {
    open({
      view: "classes",
      ...unprobed,
      labels: ["a", "b", "c", "d", "e", "f", "g"],
      _confusion: ints(),
      _confused: ints(),
      _per_class: floats(
        ...[1, 1, 0.9, 5],
        ...[0, 0, 0.1, 4],
        ...[Number.NaN, Number.NaN, Number.NaN, 0],
        ...[0.5, 0.5, 0.4, 9],
        ...[0.5, 0.6, 0.8, 3],
        ...[0.2, 0.7, 0.7, 1],
        ...[0.1, 0.8, 0.6, 2],
      ),
    });
    const order = () => find(".bw-scores tbody th").map((element) => element.textContent);
    expect(order()).toEqual(["b", "d", "g", "f", "e", "a", "c"]);
    named("F1")?.click();
    expect(order()).toEqual(["a", "e", "f", "g", "d", "b", "c"]);
    named("Support")?.click();
    expect(order()).toEqual(["c", "f", "g", "e", "b", "a", "d"]);
    expect(find("[aria-sort]").map((element) => element.textContent)).toEqual(["Support"]);
    named("Class")?.click();
    expect(order()).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
  });

  it("are searched, and those taken for each other are listed", () => {
    const labels = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    open({
      view: "classes",
      ...unprobed,
      labels,
      _confusion: ints(),
      _confused: ints(...[7, 12, 6], ...[12, 7, 3], ...[1, 2, 1]),
      _per_class: floats(...labels.flatMap(() => [0.5, 0.5, 0.5, 12])),
    });
    const pairs = () => find(".bw-pairs tbody tr").map((element) => element.textContent);
    expect(pairs()).toEqual([
      "class 7class 12650.0%",
      "class 12class 7325.0%",
      "class 1class 218.3%",
    ]);
    const field = find(".bw-classes input")[0] as HTMLInputElement;
    field.value = "CLASS 7";
    field.dispatchEvent(new Event("input"));
    expect(pairs()).toEqual(["class 7class 12650.0%", "class 12class 7325.0%"]);
    expect(find(".bw-scores tbody th").map((element) => element.textContent)).toEqual(["class 7"]);
    field.value = "";
    field.dispatchEvent(new Event("input"));
    expect(find(".bw-scores tbody th")).toHaveLength(40);
  });

  it("of texts with several labels are never taken for each other", () => {
    open({ view: "classes", _confusion: ints(), _confused: ints(), _one_label: false });
    expect(mount().textContent).toMatch("no label is taken for another");
  });
});
