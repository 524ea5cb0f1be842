"""An nbconvert exporter: a notebook as one interactive page that needs no network."""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.html import HTMLExporter
from traitlets import default
from traitlets.config import Config

from .export import POLICY, data_element, script_element
from .saved_outputs import MOUNT, mount_widgets

# The data comes first: an element of the notebook with the same id would be read in its place.
_TEMPLATE = """
{%- extends 'index.html.j2' -%}
{%- block html_head -%}
<meta http-equiv="Content-Security-Policy" content="{{ resources.bert_widgets.policy }}">
{{ resources.bert_widgets.data }}
{{ super() }}
{%- endblock html_head -%}
{%- block html_head_js -%}{%- endblock html_head_js -%}
{%- block html_head_js_mathjax -%}{%- endblock html_head_js_mathjax -%}
{%- block html_head_js_mermaidjs -%}{%- endblock html_head_js_mermaidjs -%}
{%- block notebook_css -%}
{{ super() }}
{%- if resources.theme == 'light' -%}
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
{% include 'static/theme-dark.css' ignore missing %}
}
</style>
{%- endif -%}
{%- endblock notebook_css -%}
{%- block data_other scoped -%}
{%- for id in output.data[resources.bert_widgets.mount] -%}
<div class="jp-OutputArea-output" id="{{ id | e }}">
{%- if loop.first and 'text/html' in output.data -%}
{%- if resources.should_sanitize_html -%}
{{ output.data['text/html'] | clean_html }}
{%- else -%}
{{ output.data['text/html'] }}
{%- endif -%}
{%- endif -%}
</div>
{%- endfor -%}
{%- endblock data_other -%}
{%- block footer_js -%}
{{ super() }}
{{ resources.bert_widgets.script }}
{%- endblock footer_js -%}
"""


class NotebookPage(HTMLExporter):
    """Writes a notebook as one page: its saved widgets can be used, and nothing is requested.

    Formulae and Mermaid diagrams, which nbconvert's own page draws with scripts from a network,
    stay as they are written. The page follows the reader's light or dark theme unless ``theme`` is
    set.
    """

    export_from_notebook = "HTML with bert_widgets, offline"

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.register_preprocessor(self._mount)  # type: ignore[no-untyped-call]

    @default("raw_template")
    def _default_raw_template(self) -> str:
        return _TEMPLATE

    @default("embed_images")
    def _default_embed_images(self) -> bool:
        return True  # of files in the notebook's folder only

    @property
    def default_config(self) -> Config:
        """What is displayed of an output: a widget first."""
        config: Config = super().default_config.copy()
        priority = config.NbConvertBase.display_data_priority
        config.merge(Config({"NbConvertBase": {"display_data_priority": [MOUNT, *priority]}}))
        return config

    def _mount(self, notebook: Any, resources: Any) -> tuple[Any, Any]:  # noqa: ANN401
        page, notes = mount_widgets(notebook)
        for note in sorted(set(notes)):
            self.log.warning("%s", note)
        count = len(page["widgets"])
        resources["bert_widgets"] = {
            "policy": POLICY,
            "mount": MOUNT,
            "count": count,
            "notes": notes,
            "data": data_element(page) if count else "",
            "script": script_element() if count else "",
        }
        return notebook, resources
