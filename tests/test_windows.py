"""What can be said of Windows on a machine without it: nothing on the way to a running server needs POSIX."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "storage", "handlers", "lessons")
MODULES = frozenset(
    {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "crypt", "posix"}
)
OF_OS = (
    "fork forkpty getuid geteuid getgid getpgid setsid setuid chown fchown lchown fchmod killpg mkfifo mknod "
    "nice uname getloadavg sysconf statvfs posix_fadvise POSIX_FADV_DONTNEED O_DIRECTORY O_NOFOLLOW "
    "sched_yield wait WIFEXITED"
)
OF_SIGNAL = "SIGKILL SIGHUP SIGUSR1 SIGUSR2 SIGQUIT SIGALRM alarm pause"
NAMES = frozenset(
    {f"os.{name}" for name in OF_OS.split()}
    | {f"signal.{name}" for name in OF_SIGNAL.split()}
    | {"socket.AF_UNIX"}
)
METHODS = frozenset(
    {"add_signal_handler", "owner", "group", "create_unix_server", "create_unix_connection"}
)
PLACES = ("/tmp", "/dev/", "/proc/", "/etc/", "/run/", "/var/", "/usr/")
GUARDS = ("os.name", "sys.platform", "hasattr(os", "hasattr(signal")


def file_of(module: str) -> Path | None:
    found = find_spec(module)
    return Path(found.origin) if found and found.origin and found.origin.endswith(".py") else None


def imported(module: str, tree: ast.AST) -> Iterator[str]:
    """Every module of ours that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def found_by_name() -> Iterator[str]:
    """The modules that the server finds by their file names: conversations and pages."""
    for package in ("handlers", "bot/web/staff"):
        for file in (ROOT / package).glob("*.py"):
            yield f"{package.replace('/', '.')}.{file.stem}"


def start_path(*first: str) -> dict[str, ast.AST]:
    """The modules of ours that are imported on the way from some, and what they say."""
    found: dict[str, ast.AST] = {}
    waiting = list(first)
    while waiting:
        module = waiting.pop()
        if module in found or module.partition(".")[0] not in OURS:
            continue
        try:
            file = file_of(module)
        except (ModuleNotFoundError, AttributeError):  # a name inside a module
            continue
        if file is None:
            continue
        found[module] = ast.parse(file.read_text(encoding="utf-8"))
        waiting += [*imported(module, found[module]), module.rpartition(".")[0]]
    return found


def posix_only(node: ast.AST) -> Iterator[str]:
    """What stands in a tree and does not exist on Windows, unless an `if` around it asks where it is."""
    children: Iterable[ast.AST] = ast.iter_child_nodes(node)
    match node:
        case ast.If() if any(one in ast.unparse(node.test) for one in GUARDS):
            children = node.orelse
        case ast.Import():
            yield from (name.name for name in node.names if name.name in MODULES)
        case ast.ImportFrom(module=str(module)) if module in MODULES:
            yield module
        case ast.Attribute() if ast.unparse(node) in NAMES or node.attr in METHODS:
            yield ast.unparse(node)
        case ast.Constant(value=str(text)) if text.startswith(PLACES):
            yield text
    for child in children:
        yield from posix_only(child)


def test_no_call_on_the_start_path_exists_on_posix_alone() -> None:
    modules = start_path("bot.server", *found_by_name())

    found = {name: sorted(posix_only(tree)) for name, tree in modules.items()}
    assert {name: calls for name, calls in found.items() if calls} == {}
    assert {"bot.server", "bot.backup", "storage._sqlite", "handlers._talk"} <= set(modules)


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "os.fork()",
        "loop.add_signal_handler(2, stop)",
        "signal.SIGKILL",
        "open('/tmp/x')",
        "if is_fine:\n    os.getuid()",
    ],
)
def test_what_only_posix_has_is_found_wherever_it_stands(code: str) -> None:
    assert list(posix_only(ast.parse(code)))


def test_what_stands_behind_a_question_for_the_system_is_left_alone() -> None:
    assert not list(posix_only(ast.parse("if os.name == 'posix':\n    os.getuid()")))
    assert list(posix_only(ast.parse("if os.name == 'nt':\n    pass\nelse:\n    os.getuid()")))


# ---------------------------------------------------------------- chay.cmd


def test_the_script_to_click_is_plain_ascii_with_the_line_ends_of_windows() -> None:
    """cmd.exe loses its place in a script whose letters take several bytes."""
    raw = (ROOT / "chay.cmd").read_bytes()

    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") > 10
    assert "*.cmd text eol=crlf" in (ROOT / ".gitattributes").read_text()


def test_the_script_jumps_only_to_labels_that_exist() -> None:
    lines = (ROOT / "chay.cmd").read_text().split("\n")

    labels = {line.strip()[1:] for line in lines if line.startswith(":")}
    jumps = {line.split("goto ")[1].strip() for line in lines if "goto " in line}
    assert jumps == labels
    assert "chay.py" in "".join(lines)


def test_a_python_that_only_opens_the_shop_of_windows_counts_as_none() -> None:
    """Its python.exe is found by `where`, and ends with an error whatever it is asked."""
    lines = (ROOT / "chay.cmd").read_text().splitlines()

    asked = [lines[at - 1] for at, line in enumerate(lines) if line.startswith("if errorlevel 1")]
    assert asked == ['py -3 -c "" >nul 2>nul', 'python -c "" >nul 2>nul']


def test_what_starts_without_make_needs_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "chay.py").read_text(encoding="utf-8"))

    names = {name.partition(".")[0] for name in imported("chay", tree)}
    assert names <= sys.stdlib_module_names
    assert list(posix_only(tree)) == []


def test_a_folder_that_is_installed_goes_straight_to_the_server(tmp_path: Path) -> None:
    """A stand-in for the environment's Python says what it was asked to run."""
    for name in ("chay.py", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    (tmp_path / ".venv" / "requirements.lock").write_bytes(
        (tmp_path / "requirements.lock").read_bytes()
    )

    run = [sys.executable, tmp_path / "chay.py", "--data", "x"]
    done = subprocess.run(run, capture_output=True, check=True, encoding="utf-8", timeout=30)

    assert done.stdout.split() == ["-m", "bot", "run", "--data", "x"]


def test_what_cannot_be_installed_is_said_in_vietnamese_and_tried_again(tmp_path: Path) -> None:
    for name in ("chay.py", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    program = tmp_path / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@" >> asked\nexit 1\n')
    program.chmod(0o755)

    run = [sys.executable, tmp_path / "chay.py"]
    done = subprocess.run(run, capture_output=True, check=False, encoding="utf-8", timeout=30)

    assert done.returncode == 2
    assert "Chưa cài xong. Kiểm tra mạng" in done.stdout
    assert "--require-hashes -r requirements.lock" in (tmp_path / "asked").read_text()
    assert not (tmp_path / ".venv" / "requirements.lock").exists()
