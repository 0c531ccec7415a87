"""How the staff page draws: Jinja over bot/web/pages, and how numbers, days and moments are printed.

{{ 25736 | number }}  25.736      {{ day | day }}  22/11/2026      {{ at | moment }}  15:04 22/11/2026
{{ static("staff.css") }}         the address of a file of bot/web/static, named by its content
{{ parts.notice("Đã lưu.") }}     the macros of staff/_parts.html, which nobody has to import
"""

from datetime import date, datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.house import Ward
from bot.web.files import HERE, static_files


def templates(ward: Ward) -> Environment:
    """Return the templates of a ward's staff page."""
    made = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    versions = {name: file.version for name, file in static_files().items()}

    def static(name: str) -> str:
        return f"/static/{name}?v={versions[name]}"

    def moment(at: datetime) -> str:
        return f"{at.astimezone(ward.house.timezone):%H:%M %d/%m/%Y}"

    made.globals.update(static=static, ward=ward.config.ward, house=ward.house)
    made.filters.update(number=number, day=day, moment=moment)
    made.globals["parts"] = made.get_template("staff/_parts.html").module
    return made


def number(value: float | None) -> str:
    """A number with dots between thousands, 25.736; nothing where there is none."""
    return (
        "" if value is None else f"{value:,}".replace(",", " ").replace(".", ",").replace(" ", ".")
    )


def day(value: date | None) -> str:
    """A day, 22/11/2026; nothing where there is none."""
    return "" if value is None else f"{value:%d/%m/%Y}"
