"""A ward of made-up people is reached by nobody from outside, and leaves no copies among real ones."""

import pytest

from bot.config import Config, ConfigError
from bot.samples import is_sample, kept_apart, refuse_real_channels


def config(**sections: object) -> Config:
    return Config.model_validate(sections)


def test_a_sample_without_any_real_channel_may_start() -> None:
    refuse_real_channels(config())


@pytest.mark.parametrize(
    ("section", "named"),
    [
        ({"web": {"public_url": "https://hoc.example"}}, "web.public_url"),
        ({"web": {"embed_on": ["https://phuong.example"]}}, "web.embed_on"),
        ({"telegram": {"token": "123456789:" + "A" * 35}}, "telegram.token"),
    ],
)
def test_a_sample_with_a_real_channel_names_it_and_never_its_secret(section, named: str) -> None:
    with pytest.raises(ConfigError, match=named) as refused:
        refuse_real_channels(config(**section))

    assert "AAAA" not in str(refused.value)


def test_copies_of_a_sample_do_not_go_where_real_ones_are() -> None:
    real = config(backup={"target": "/media/usb", "keep": 3}, ward={"name": "phường Một"})

    apart = kept_apart(real)

    assert apart.backup.target == ""
    assert apart.ward == real.ward


def test_a_database_server_is_never_taken_for_a_sample() -> None:
    assert not is_sample(config(database="postgresql://ward@db.example/ward"))
