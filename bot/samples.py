"""What a ward of made-up people (“DỮ LIỆU MẪU”) says of itself, and what it may not do.

It says so wherever something is read, and is reached by nobody who could take it for a real one.
"""

from bot.config import Config, ConfigError
from storage import sample

TITLE = "DỮ LIỆU MẪU"
BANNER = f"{TITLE}: mọi người và mọi con số ở đây đều do máy dựng lên, không có thật."


def refuse_real_channels(config: Config) -> None:
    """Let a server of made-up people start only where nobody from outside reaches it.

    Raises:
        ConfigError: the config names a real channel; the sentence says which, and what to do.
    """
    doors = {
        "telegram.token (hoặc biến HOCSO_TELEGRAM_TOKEN)": config.telegram.is_on,
        "web.public_url": bool(config.web.public_url),
        "web.embed_on": bool(config.web.embed_on),
    }
    for name, is_open in doors.items():
        if is_open:
            raise ConfigError(
                f"Thư mục {config.data} là dữ liệu mẫu, không mở ra kênh thật được: bỏ {name}, hoặc chạy "
                "với tệp cấu hình khác (--config)."
            )


def kept_apart(config: Config) -> Config:
    """The config of made-up people: no copy of theirs goes where the copies of real ones are."""
    return config.model_copy(update={"backup": type(config.backup)()})


def is_sample(config: Config) -> bool:
    """Tell without opening the ward whether its database is one of made-up people."""
    file = config.database_file
    return file is not None and sample.is_sample_file(file)
