"""1,000 different item labels to ZPL, each read back; where the time goes; from a request to the
printer, through server and station (three minutes, most of it idling).

python bench/labels.py [LABELS]
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

if __name__ == "__main__":
    sys.exit(subprocess.call([sys.executable, "-m", "bench._labels", *sys.argv[1:]], cwd=ROOT))
