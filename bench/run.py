"""All yardsticks, one after the other: `make bench`."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    for script in ("engine.py", "server.py", "deliver.py", "limit.py", "turn.py"):
        subprocess.run([sys.executable, HERE / script], check=True)  # noqa: S603 - our own scripts
