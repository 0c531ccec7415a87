"""`hocso run`: start the chatbot."""

from bot.commands._frame import ConfigFile, DataFolder


def run(*, config: ConfigFile = None, data: DataFolder = None) -> None:  # noqa: ARG001 - what --help lists
    """Chạy trợ lý: mở trang trò chuyện cho bà con."""
    raise AssertionError("bot.__main__ hands `run` to bot.server, which does without typer")
