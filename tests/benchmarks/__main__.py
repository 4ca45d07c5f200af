"""All benchmarks, one after the other: python tests/benchmarks"""
import subprocess
import sys
from pathlib import Path

for name in ("convolution", "recurrent"):
    script = Path(__file__).with_name(f"{name}.py")
    if script.exists():
        subprocess.run([sys.executable, str(script)], check=True)
