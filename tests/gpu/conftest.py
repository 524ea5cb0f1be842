"""Tests that need a GPU: collected only where torch sees one."""

import torch

collect_ignore_glob = [] if torch.cuda.is_available() else ["test_*.py"]
