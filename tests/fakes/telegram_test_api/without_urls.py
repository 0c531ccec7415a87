"""Takes who may be paid for a package out of package-lock.json: names, versions and hashes stay, no addresses."""

import json
from pathlib import Path

FILE = Path(__file__).with_name("package-lock.json")

lock = json.loads(FILE.read_text(encoding="utf-8"))
for package in lock["packages"].values():
    package.pop("funding", None)
FILE.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
