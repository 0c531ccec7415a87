"""Starts the chatbot where there is no make: what chay.cmd calls on Windows. The standard library alone.

python version -> .venv -> locked requirements, once for each version of them -> hocso run
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
FOLDER = Path(__file__).resolve().parent
LOCK = "requirements.lock"
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
INSTALL = (
    (*PIP, "--require-hashes", "-r", LOCK),
    (*PIP, "--no-deps", "--no-build-isolation", "-e", "."),
)


def main(arguments: Sequence[str]) -> int:
    """Install what is missing and run; returns the exit code."""
    say_utf8()
    if sys.version_info[:2] < OLDEST:
        found = ".".join(map(str, sys.version_info[:2]))
        return fail(f"Máy này có Python {found}, cần từ 3.11 trở lên. Cài bản mới từ python.org.")
    try:
        install(FOLDER)
    except (OSError, subprocess.CalledProcessError):
        return fail(
            "Chưa cài xong. Kiểm tra mạng (lần đầu phải có mạng) và ổ đĩa còn chỗ, "
            "rồi bấm đúp lại. Vẫn không được thì xóa thư mục .venv rồi thử lần nữa."
        )
    try:
        return subprocess.call([python_of(FOLDER), "-m", "bot", "run", *arguments], cwd=FOLDER)
    except KeyboardInterrupt:
        return 0


def install(folder: Path) -> None:
    """Make the environment and put in what the lock file says, unless that was done.

    Raises:
        OSError, CalledProcessError: it could not be finished; the next start tries again.
    """
    done = folder / ".venv" / LOCK
    wanted = (folder / LOCK).read_bytes()
    if done.exists() and done.read_bytes() == wanted:
        return
    print("Đang cài, lần đầu mất vài phút. Đừng đóng cửa sổ này…", flush=True)
    if not python_of(folder).exists():
        subprocess.run([sys.executable, "-m", "venv", ".venv"], check=True, cwd=folder)
    for words in INSTALL:
        subprocess.run([python_of(folder), *words], check=True, cwd=folder)
    done.write_bytes(wanted)


def python_of(folder: Path) -> Path:
    """Where the environment has its Python."""
    windows = folder / ".venv" / "Scripts" / "python.exe"
    return windows if sys.platform == "win32" else folder / ".venv" / "bin" / "python"


def say_utf8() -> None:
    """Speak Vietnamese whatever the window's code page is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def fail(sentence: str) -> int:
    """Say why it does not start."""
    print(f"\n{sentence}\n", flush=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
