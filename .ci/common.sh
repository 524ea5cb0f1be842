# Sourced by the scripts beside it. They run from the root of the repository, in the environment
# .venv, which .ci/environment creates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

# The folder of the environment's programs; Windows has its own name for it.
programs() { if [ -d .venv/Scripts ]; then echo "$PWD/.venv/Scripts"; else echo "$PWD/.venv/bin"; fi; }
