"""A missing optional library raises an error with the command that installs it."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

import bert_widgets as bw
from bert_widgets._common.extras import needs_extra
from tests.models import tiny_classifier


@pytest.fixture
def without_extras(monkeypatch):
    for name in ("captum.attr", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it then fails
    monkeypatch.delitem(sys.modules, "bert_widgets.figures.picture", raising=False)


@pytest.mark.usefixtures("without_extras")
@pytest.mark.parametrize("method", ["kernel_shap", "lime", "deeplift"])
def test_a_method_of_captum_asks_for_it(method):
    sentence = r'needs captum; run: pip install "bert-widgets\[captum\]"$'
    with pytest.raises(ImportError, match=sentence):
        bw.attribute(tiny_classifier("bert"), "not bad", method=method)


@pytest.mark.usefixtures("without_extras")
def test_a_comparison_goes_on_without_captum_and_a_plot_asks_for_matplotlib():
    frame = pd.DataFrame({"text": ["not bad"]})
    report = bw.evaluate_explanations(tiny_classifier("bert"), frame, samples=8)
    assert report.refused["lime"].startswith("LIME needs captum")
    assert {"kernel_shap", "deeplift"} < set(report.refused)
    assert "integrated_gradients" in report.table.index
    sentence = r'^The plot needs matplotlib; run: pip install "bert-widgets\[matplotlib\]"$'
    with pytest.raises(ImportError, match=sentence):
        report.plot()


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), needs_extra("captum", "LIME"):
        _ = 1 / 0
