"""A frozen report: the same text for the same figures, read back exactly, and nothing else taken for one."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers._frozen import NotTheseFigures, as_document, freeze, hash_of, thaw
from handlers._requests.report import (
    ReportFigures,
)

figures = st.from_type(ReportFigures)
SLOW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(figures)
def test_figures_that_were_frozen_come_back_as_they_were(found: ReportFigures) -> None:
    text = freeze(found)

    assert thaw(text) == found
    assert freeze(thaw(text)) == text


@SLOW
@given(figures)
def test_a_column_of_the_database_holds_the_very_same_text(found: ReportFigures) -> None:
    stored = json.dumps(as_document(found), ensure_ascii=False, separators=(",", ":"))

    assert stored == freeze(found)
    assert len(hash_of(stored)) == 64


@SLOW
@given(figures, st.data())
def test_one_figure_more_or_less_is_another_hash(found: ReportFigures, data: st.DataObject) -> None:
    changed = as_document(found)
    name = data.draw(st.sampled_from(sorted(changed["total_so_far"])))
    changed["total_so_far"][name] += 1

    text = json.dumps(changed, ensure_ascii=False, separators=(",", ":"))

    assert hash_of(text) != hash_of(freeze(found))


@SLOW
@given(figures, st.sampled_from(["more", "less", "string", "spaces", "unit"]))
def test_what_is_not_exactly_a_report_is_not_read_as_one(found: ReportFigures, how: str) -> None:
    document = as_document(found)
    separators = (", ", ": ") if how == "spaces" else (",", ":")
    match how:
        case "more":
            document["names"] = ["Lan"]
        case "less":
            del document["commended"]
        case "string":
            document["total_so_far"]["core"] = "3"
        case "unit":
            document["period"]["kind"] = "fortnight"

    with pytest.raises(NotTheseFigures):
        thaw(json.dumps(document, ensure_ascii=False, separators=separators))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"version":1}', "\x00"])
def test_any_other_text_is_no_report(text: str) -> None:
    with pytest.raises(NotTheseFigures):
        thaw(text)
