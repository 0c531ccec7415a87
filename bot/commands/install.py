"""`hocso install`: a service that comes back after a power cut, and the recovery sheet to print.

It asks nothing: who the service runs as is who owns the folder, all else stands in config.yaml.
"""

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import install as service_file
from bot.commands._frame import ConfigFile, DataFolder, Places, WrongInput, configured, os_user
from bot.config import Config
from bot.house import now
from bot.install import NAME, SECRETS, Service
from bot.keys import show_key, ward_key
from bot.reports.recovery_sheet import NO_TARGET, Sheet, as_lines, as_pdf

UNITS = Path("/etc/systemd/system")
SHEET = "to-khoi-phuc.pdf"
START = " && ".join(
    f"sudo systemctl {word}" for word in ("daemon-reload", "enable hocso", "restart hocso")
)
"""Does it, too, where the service runs already with an older unit file."""
To = Annotated[
    Path | None,
    typer.Option("--to", metavar="THƯ_MỤC", help="Chỉ viết các tệp vào đây, không bật dịch vụ."),
]


def install(
    context: typer.Context,
    *,
    to: To = None,
    config: ConfigFile = None,
    data: DataFolder = None,
) -> None:
    """Cài thành dịch vụ tự chạy cùng máy, và làm tờ khôi phục để in."""
    chosen = configured(context, config, data)
    chosen.data.mkdir(parents=True, exist_ok=True)
    settings = _config_file(context, config)
    sheet = _sheet(chosen, settings)
    where = to or chosen.data
    file = _write(where / SHEET, as_pdf(sheet), chosen)
    for line in as_lines(sheet):
        typer.echo(line)
    typer.echo("")
    typer.echo(f"Tờ trên để in: {file}. In xong thì xóa tệp ấy đi.")
    for line in _service(chosen, settings, to):
        typer.echo(line)


def _sheet(config: Config, settings: Path) -> Sheet:
    zone = ZoneInfo(config.ward.timezone)
    places = (
        ("Bản sao", config.backup.target or NO_TARGET),
        ("Dữ liệu đang dùng", str(config.data.absolute())),
        ("Cấu hình", str(settings.absolute())),
    )
    key = show_key(ward_key(config.data))
    return Sheet(config.ward.name, key, places, now().astimezone(zone).date())


def _config_file(context: typer.Context, config: Path | None) -> Path:
    before = context.obj.config if isinstance(context.obj, Places) else None
    return config or before or Path(os.environ.get("HOCSO_CONFIG", "config.yaml"))


def _write(file: Path, content: bytes, config: Config) -> Path:
    """Write a file that its owner alone may read.

    Raises:
        WrongInput: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        opened = os.open(
            file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        with os.fdopen(opened, "wb") as target:
            target.write(content)
        service_file.hand_over((config.data, file, *config.data.glob("key")), config.folder)
    except OSError as error:
        raise WrongInput(
            f"Không ghi được {file} ({error.strerror}). Chọn thư mục khác bằng --to, hoặc cho quyền ghi."
        ) from None
    return file


# ---------------------------------------------------------------- the service


def _service(config: Config, file: Path, to: Path | None) -> Iterator[str]:
    """Write the unit file and switch it on, or say which two commands do."""
    if os.name != "posix":
        yield "Trên Windows: bấm đúp chay.cmd để chạy; muốn tự chạy cùng máy thì xem docs/cai-dat.md."
        return
    service = service_file.service(config, file, _user(config))
    if not service.program.exists():
        raise WrongInput(f"Không thấy {service.program}. Gõ make install trước, rồi thử lại.")
    is_ours = to is None and os.geteuid() == 0 and service_file.is_systemd_running()
    if is_ours:
        yield from _switch_on(service)
        return
    written = _write((to or config.data) / NAME, service.unit.encode(), config)
    yield f"Đã viết tệp dịch vụ: {written}. Chưa bật. Để bật, gõ hai lệnh này:"
    yield f"  sudo install -m 644 {shlex.quote(str(written.absolute()))} {UNITS / NAME}"
    yield f"  {START}"
    yield from _about(service)


def _user(config: Config) -> str:
    try:
        return service_file.owner(config.folder)
    except (KeyError, OSError):
        return os_user()


def _switch_on(service: Service) -> Iterator[str]:
    """Install and start it; systemd's own words go to the terminal.

    Raises:
        WrongInput: systemd refused.
    """
    try:
        (UNITS / NAME).write_text(service.unit, encoding="utf-8")
        for words in (("daemon-reload",), ("enable", NAME), ("restart", NAME)):
            subprocess.run(["/usr/bin/env", "systemctl", *words], check=True)  # noqa: S603 - fixed words
    except (OSError, subprocess.CalledProcessError) as error:
        raise WrongInput(f"Chưa bật được dịch vụ ({error}). Xem: systemctl status hocso") from None
    yield "Đã bật dịch vụ hocso: tự chạy cùng máy, tự chạy lại sau khi mất điện."
    yield from _about(service)


def _about(service: Service) -> Iterator[str]:
    yield (
        f"Dịch vụ chạy bằng tài khoản “{service.user}”. Mã bot, nếu có, ghi ở {SECRETS} "
        "(chỉ tài khoản root đọc được)."
    )
    if service.user == "root":
        yield (
            f"Nên làm: thư mục {service.folder} đang thuộc tài khoản root. Giao thư mục ấy cho một tài khoản "
            "thường (chown -R), rồi gõ lại hocso install."
        )
    yield "Xem đang chạy không: systemctl status hocso. Xem máy ghi gì: journalctl -u hocso"
