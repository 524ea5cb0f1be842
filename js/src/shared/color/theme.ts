import { h } from "../dom.ts";
import { over, parseColor, type Rgb } from "./color.ts";
import { makePalette, ownBackground, type Palette, paletteProperties } from "./palette.ts";

// VS Code first: its renderer of widgets also sets JupyterLab's properties, to white in every theme.
const VSCODE_BACKGROUND = "var(--vscode-editor-background, transparent)";
const HOST_BACKGROUND = "var(--vscode-editor-background, var(--jp-layout-color1, transparent))";
const HOST_FOREGROUND =
  "var(--vscode-editor-foreground, var(--jp-content-font-color1, transparent))";
// Set in VS Code's high-contrast themes only.
const HOST_BORDER = "var(--vscode-contrastBorder, transparent)";

/** The colours in the custom properties of the host, as computed by the browser. */
function hostColor(root: HTMLElement, expression: string, under: Rgb | null): Rgb | null {
  const probe = h("span", { hidden: true });
  // Not `color`, which would be inherited where the host's value is no colour.
  probe.style.backgroundColor = expression;
  root.append(probe);
  const color = parseColor(getComputedStyle(probe).backgroundColor);
  probe.remove();
  if (color === null || color.opacity === 0) return null;
  if (color.opacity === 1) return color.rgb;
  return under === null ? null : over(color.rgb, color.opacity, under);
}

function parentOf(node: Node): Node | null {
  return node.parentNode instanceof ShadowRoot ? node.parentNode.host : node.parentNode;
}

/** The first opaque background behind the widget, also outside of shadow roots. */
function backgroundBehind(root: HTMLElement): Rgb | null {
  for (let node = parentOf(root); node !== null; node = parentOf(node)) {
    if (!(node instanceof Element)) continue;
    const color = parseColor(getComputedStyle(node).backgroundColor);
    if (color !== null && color.opacity === 1) return color.rgb;
  }
  return null;
}

function detect(root: HTMLElement, prefersDark: boolean): Palette {
  const background =
    hostColor(root, HOST_BACKGROUND, null) ?? backgroundBehind(root) ?? ownBackground(prefersDark);
  const palette = makePalette(background, hostColor(root, HOST_FOREGROUND, background));
  const border = hostColor(root, HOST_BORDER, background);
  if (border === null) return palette;
  return { ...palette, line: border, control: border, muted: palette.foreground };
}

/** Colours `root` now and whenever the host's theme changes; `changed` is called with every new palette. */
export function followTheme(
  root: HTMLElement,
  signal: AbortSignal,
  changed: (palette: Palette) => void,
): void {
  const media = matchMedia("(prefers-color-scheme: dark)");
  let applied = "";
  const apply = (): void => {
    // VS Code puts widgets into a box that is white in every theme; see base.css.
    root.classList.toggle("bw-in-vscode", hostColor(root, VSCODE_BACKGROUND, null) !== null);
    const palette = detect(root, media.matches);
    const properties = paletteProperties(palette);
    const key = properties.join();
    if (key === applied) return;
    applied = key;
    for (const [name, value] of properties) root.style.setProperty(name, value);
    root.style.colorScheme = palette.dark ? "dark" : "light";
    changed(palette);
  };
  let frame = 0;
  const later = (): void => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(apply);
  };
  const observer = new MutationObserver(later);
  const attributeFilter = ["class", "style", "data-jp-theme-name", "data-vscode-theme-kind"];
  const watched = { attributes: true, attributeFilter };
  for (const host of [document.documentElement, document.body]) observer.observe(host, watched);
  media.addEventListener("change", apply, { signal });
  signal.addEventListener("abort", () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  });
  apply();
  // Some hosts attach the element, or load their theme, only after `render` returns.
  later();
}
