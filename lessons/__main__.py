"""`python -m lessons [FOLDER]`: every problem of a content folder; exit code 1 if one is an error.

Which phrases the code says is not known here (imports go one way); a test checks that.
"""

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from lessons._load import examine


def main(arguments: Sequence[str]) -> int:
    """Print every problem of the folder and a last line that counts them; return the exit code."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    content, problems = examine(folder, today=datetime.now().astimezone().date())
    for problem in problems:
        _print(f"Nên sửa: {problem}" if problem.is_warning else str(problem))
    errors = sum(not problem.is_warning for problem in problems)
    if content is None or errors:
        _print(f"Nội dung chưa dùng được: {errors} lỗi phải sửa.")
        return 1
    _print(f"Nội dung dùng được: {len(content.lessons)} bài, {len(content.phrases)} câu chữ.")
    return 0


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
