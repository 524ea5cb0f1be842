"""GPU benchmark: one command that checks correctness, measures, and records both.

Run ``python -m tests.bench.gpu``. On one H100 it takes at most seven minutes. It first runs
``tests/gpu``, then measures the embedded model and a model of bert-base's shape with random
weights at 32, 128 and 512 tokens: training beside ``transformers.Trainer``, prediction beside
``transformers.pipeline``, and integrated gradients beside Captum. The results are written to
``benchmarks/results/<device>-<commit>.json`` and printed as a table. ``--device cpu --tiny`` goes
through the same steps in under a minute without a GPU; its figures mean nothing.

A part that fails is recorded with its error message, and the remaining parts still run. The
``widgets`` package is not imported, so ipywidgets and anywidget need not be installed.
"""
