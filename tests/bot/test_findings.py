"""What holds and what is still to do, told in the same words at a terminal and on the page."""

from bot.config import Config
from bot.findings import Finding, Stored, findings
from lessons import Content


def test_a_finding_says_how_at_a_terminal_only_there() -> None:
    found = Finding("17 bài chờ duyệt.", is_todo=True, command="Duyệt bằng: hocso approve TB-01")

    assert str(found) == "Nên làm: 17 bài chờ duyệt. Duyệt bằng: hocso approve TB-01"
    assert "hocso" not in found.text
    assert str(Finding("17 bài học.")) == "Được:    17 bài học."


def test_a_command_does_not_claim_that_the_service_has_no_token(content: Content) -> None:
    (told,) = (
        one for one in findings(Config(), content, Stored(), ()) if one.text.startswith("Telegram")
    )

    assert "/etc/hocso.env" in str(told)
    assert "/etc" not in told.text


def test_no_finding_tells_a_page_to_type_a_command(content: Content) -> None:
    found = findings(Config(), content, Stored(), ())

    assert len(found) > 5
    assert not [one.text for one in found if "hocso " in one.text]
    assert any(one.command for one in found)
