"""What a page shows that refuses to run the script of a widget: style sheets alone can say why."""

from __future__ import annotations

_REASON = (
    "This page does not run the script of the widget, probably because its Content-Security-Policy "
    "lacks blob: in script-src. Ask whoever runs the server to add it. Until then, run "
    "widget.static() in a cell: it shows the result without scripts."
)

PLACE = "bw-place"
"""The class of the element in which a widget is drawn."""

# A script that runs marks the page (js/src/bootstrap.ts), and may take a few seconds to be loaded.
# ipywidgets leaves the place of a widget empty or puts its own error view there.
STYLE = f"""
:root:not([data-bert-widgets]) :is(.{PLACE}:empty, .jupyter-widgets-error-widget)::after {{
  content: "{_REASON}";
  display: block;
  max-width: 60em;
  padding: 0.5em;
  color: var(--jp-content-font-color1, var(--vscode-editor-foreground, inherit));
  font: 14px/1.5 system-ui, sans-serif;
  white-space: normal;
  animation: bw-patience 4s;
}}
@keyframes bw-patience {{ from, to {{ font-size: 0; padding: 0; }} }}
"""
