"""Tests that need a GPU. They are collected only if torch sees one."""

import torch

collect_ignore_glob = [] if torch.cuda.is_available() else ["test_*.py"]
