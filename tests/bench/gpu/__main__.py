"""Run the GPU benchmark: ``python -m tests.bench.gpu --help``."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Read by huggingface_hub and tqdm when they are imported.
os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}

import torch

from tests.bench import gpu
from tests.bench.gpu import attribution, prediction, records, timing, training, workloads
from tests.bench.gpu.correctness import run_tests
from tests.bench.gpu.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import bert_widgets as bw

OURS = records.OURS
CONTENDERS: dict[str, dict[str, Callable[..., timing.Measurement]]] = {
    "training": {
        f"{OURS}, bf16": training.ours,
        "transformers.Trainer, bf16, tuned": training.transformers_trainer,
    },
    "prediction": {
        f"{OURS}, fp32": prediction.ours,
        "pipeline, bf16, batches of 64": prediction.pipeline_bf16,
        "pipeline, fp32, batches of 64": prediction.pipeline_fp32,
    },
    "integrated gradients": {
        f"{OURS}, auto": attribution.ours_auto,
        f"{OURS}, fp32": attribution.ours_fp32,
        "Captum, fp32, 50 steps": attribution.captum,
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(gpu.__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="cuda", help="a torch device name (default: cuda)")
    parser.add_argument("--tiny", action="store_true", help="a trial run of under a minute")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--commit", help="recorded as what was measured; by default asks git")
    parser.add_argument("--seconds", type=float, default=2.5, help="for each figure's repeats")
    parser.add_argument("--limit", type=float, default=390.0, help="seconds; then nothing begins")
    parser.add_argument("--skip-tests", action="store_true", help="measure only")
    options = parser.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        parser.error("torch sees no GPU. Use --device cpu --tiny for a trial run.")
    warnings.simplefilter("ignore")
    settings = Settings(device=options.device, seconds=options.seconds, limit=options.limit)
    if options.tiny:
        settings = settings.shrunk()
    if options.device == "cpu":
        torch.set_num_threads(1)  # tiny models are much faster on one
    record = records.Record(settings, options.output, options.commit or records.current_commit())
    if not options.skip_tests:
        with recorded(record, "tests/gpu"):
            record.content["correctness"] = run_tests(settings)
    with recorded(record, "matmul rate"):
        record.content["matmul_tflops"] = timing.matmul_rates(settings)
    for model, build in workloads.models(settings).items():
        with recorded(record, model):
            clf = build()
            for tokens in settings.lengths:
                measure_contenders(clf, {"model": model, "tokens": tokens}, settings, record)
    record.save()
    record.print()
    print(f"\nWritten to {record.path} after {record.seconds():.0f} s.")


def measure_contenders(
    clf: bw.BertClassifier, labels: dict[str, Any], settings: Settings, record: records.Record
) -> None:
    """Measure all contenders on texts of one length, until the time limit."""
    texts = workloads.texts_of_length(clf, labels["tokens"], settings.texts)
    for task, contenders in CONTENDERS.items():
        for contender, measure in contenders.items():
            part = f"{task}, {labels['model']}, {labels['tokens']} tokens, {contender}"
            if record.seconds() > settings.limit:
                record.add_error(part, f"Skipped after the time limit of {settings.limit:.0f} s.")
                continue
            with recorded(record, part):
                measurement = measure(clf, texts, settings)
                record.add_figure({"task": task, **labels, "contender": contender}, measurement)
                print(f"{record.seconds():5.0f} s  {part}", flush=True)


@contextlib.contextmanager
def recorded(record: records.Record, part: str) -> Iterator[None]:
    """Record an error instead of ending the run; free the memory that the part used."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the remaining parts are measured all the same
        record.add_error(part, error)
        print(f"failed: {part}: {error!s:.300}", flush=True)
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
