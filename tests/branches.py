"""Whether the suite takes enough of the product's branches: `make coverage` asks.

coverage.py's own bar counts lines and branches together; this one counts branches.
"""

import json
import sys
from pathlib import Path

PACKAGES = ("attrition", "predictions")
BAR = 95  # percent


def taken(report: dict, package: str) -> float:
    """Return which share of the package's branches ran, in percent."""
    files = [
        file["summary"]
        for path, file in report["files"].items()
        if Path(path).parts[0] == package
    ]
    branches = sum(file["num_branches"] for file in files)
    return 100 * sum(file["covered_branches"] for file in files) / branches


def main(file: str) -> int:
    report = json.loads(Path(file).read_text(encoding="utf-8"))
    shares = {package: taken(report, package) for package in PACKAGES}
    told = ", ".join(f"{share:.1f} % of {name}" for name, share in shares.items())
    sys.stdout.write(f"Branches that ran: {told}; {BAR} % are wanted of each.\n")
    return int(min(shares.values()) < BAR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
