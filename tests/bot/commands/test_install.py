"""`hocso install`: the unit file, the sheet for the safe, and nothing asked."""

import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from bot.commands.install import _about
from bot.config import Config
from bot.install import service
from bot.keys import read_key
from bot.reports.recovery_sheet import STEPS, Sheet, as_pdf

ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "dry place"


def test_it_writes_a_unit_and_a_sheet_and_says_the_two_commands(box, to: Path) -> None:
    done = box.call("install", "--to", str(to))

    assert done.code == 0, done.err
    assert {file.name for file in to.iterdir()} == {"hocso.service", "to-khoi-phuc.pdf"}
    commands = [line.strip() for line in done.out.splitlines() if line.startswith("  sudo ")]
    assert commands == [
        f"sudo install -m 644 '{to / 'hocso.service'}' /etc/systemd/system/hocso.service",
        "sudo systemctl daemon-reload && sudo systemctl enable hocso && sudo systemctl restart hocso",
    ]


def test_the_sheet_says_the_key_the_places_and_the_five_steps(box, to: Path) -> None:
    done = box.call("install", "--to", str(to))

    key = (box.folder / "data" / "key").read_text().strip()
    groups = re.findall(r"\b[A-Z2-7]{7}\b|\b[A-Z2-7]{3}\b", done.out)
    assert "-".join(groups[:8]) == key
    assert all(f"{number}. {step}" in done.out for number, step in enumerate(STEPS, start=1))
    assert "Cất vào két, không chụp ảnh" in done.out
    assert str(box.folder / "data") in done.out


def test_the_files_are_for_their_owner_alone(box, to: Path) -> None:
    box.call("install", "--to", str(to))

    assert [file.stat().st_mode & 0o077 for file in to.iterdir()] == [0, 0]


def test_a_second_time_changes_no_key(box, to: Path) -> None:
    first, second = (box.call("install", "--to", str(to)) for _ in range(2))

    assert first.out == second.out


def test_the_sheet_is_one_page_that_holds_the_key_as_text_and_as_a_picture() -> None:
    key = "-".join(["ABCDEFG"] * 7 + ["ABC"])
    sheet = Sheet(
        "phường “Trung Thành” #1", key, (("Bản sao", "/media/$x/#y"),), date(2026, 11, 22)
    )

    pdf = as_pdf(sheet)

    assert pdf.startswith(b"%PDF")
    assert re.search(rb"/Count 1\b", pdf)


def test_a_key_read_from_the_terminal_is_the_key(box, to: Path) -> None:
    done = box.call("install", "--to", str(to))

    (line,) = (line for line in done.out.splitlines() if line.startswith("Khóa:"))
    rest = done.out.splitlines()[done.out.splitlines().index(line) + 1]
    typed = read_key(line.removeprefix("Khóa:") + rest, "test")
    assert typed == read_key((box.folder / "data" / "key").read_text(), "test")


# ---------------------------------------------------------------- the unit file


def unit(folder: Path, port: int = 8080, target: str = "/srv/ban-sao") -> dict[str, list[str]]:
    config = Config.model_validate(
        {
            "web": {"port": port},
            "backup": {"target": target},
            "folder": folder,
            "data": folder / "var",
        }
    )
    lines = service(config, folder / "config.yaml", "lan").unit.splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        key, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def test_the_service_comes_back_after_everything_and_stops_in_time(tmp_path: Path) -> None:
    found = unit(tmp_path)

    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert found["WantedBy"] == ["multi-user.target"]
    assert int(found["TimeoutStopSec"][0]) > 10
    assert found["User"] == ["lan"]


def test_the_service_may_write_its_data_and_the_copies_and_nothing_else(tmp_path: Path) -> None:
    found = unit(tmp_path)

    assert found["ProtectSystem"] == ["strict"]
    assert found["ReadWritePaths"] == [f'"{tmp_path}/var" "-/srv/ban-sao"']
    assert found["NoNewPrivileges"] == ["yes"]


@pytest.mark.parametrize("target", ["/media/usb/hocso", "/media/usb", "/media/lan/USB 1/hocso"])
def test_a_disk_that_is_put_back_is_seen_by_the_service(tmp_path: Path, target: str) -> None:
    """A folder named to systemd becomes a mount of its own, which would hide the disk's new one."""
    assert unit(tmp_path, target=target)["ReadWritePaths"] == [f'"{tmp_path}/var" "-/media"']


def test_no_path_of_the_unit_holds_dots_that_systemd_would_ignore(box, to: Path) -> None:
    config = box.folder / "config.yaml"
    config.write_text("backup: {target: ../ban-sao}\n", encoding="utf-8")
    data = box.folder / "x" / ".." / "data"

    done = box.call_bare("install", "--to", str(to), "--config", str(config), "--data", str(data))

    assert done.code == 0, done.err
    text = (to / "hocso.service").read_text(encoding="utf-8")
    assert ".." not in text
    assert f'"{box.folder}/data" "-{box.folder.parent}/ban-sao"' in text


def test_the_sheet_names_the_settings_that_are_used(box, to: Path) -> None:
    own = (box.folder / "config.yaml").rename(box.folder / "phuong.yaml")
    data = str(box.folder / "data")

    done = box.call_bare("install", "--to", str(to), "--config", str(own), "--data", data)

    assert f"Cấu hình: {own}" in done.out


def test_a_service_of_root_is_told(tmp_path: Path) -> None:
    config = Config.model_validate({"folder": tmp_path, "data": tmp_path / "var"})

    told = list(_about(service(config, tmp_path / "config.yaml", "root")))

    assert any("đang thuộc tài khoản root" in line for line in told)
    assert len(list(_about(service(config, tmp_path / "config.yaml", "lan")))) == len(told) - 1


def test_nobody_sees_the_key_in_what_a_sheet_looks_like() -> None:
    assert "ABCDEFG" not in repr(Sheet("phường", "ABCDEFG-ABC", (), date(2026, 11, 22)))


@pytest.mark.parametrize(("port", "capability"), [(8080, ""), (443, "CAP_NET_BIND_SERVICE")])
def test_only_a_low_port_gets_a_capability(tmp_path: Path, port: int, capability: str) -> None:
    assert unit(tmp_path, port)["AmbientCapabilities"] == [capability]


def test_a_folder_with_blanks_and_signs_is_written_so_that_systemd_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "Phòng VH 100% $x"

    found = unit(folder, target="")

    assert found["WorkingDirectory"] == [str(folder).replace("%", "%%")]
    escaped = str(folder).replace("%", "%%").replace("$", "$$")
    assert f'"--config" "{escaped}/config.yaml"' in found["ExecStart"][0]


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("name", ["hocso", "Phòng VH 100% x"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    config = Config.model_validate({"folder": folder, "data": folder / "var"})
    file = tmp_path / "hocso.service"
    file.write_text(service(config, folder / "config.yaml", "root").unit, encoding="utf-8")

    assert ANALYZE is not None
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", str(file)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )

    ours = [line for line in done.stderr.splitlines() if "hocso" in line]
    assert (done.returncode, ours) == (0, [])
