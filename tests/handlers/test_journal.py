"""What a request is answered with survives the journal: for every request there is."""

import importlib
import pkgutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import handlers._requests
from handlers._effects import Deed, Errand, Fact, Form, Picked, Question, Typed, phrase
from handlers._journal import (
    UnknownResult,
    decode_answer,
    decode_result,
    encode_answer,
    encode_result,
    result_arms,
)
from handlers._requests.consent import MyConsents, Purpose
from handlers._requests.lesson import NextLesson, NoMoreLessons
from lessons import PassRule


def requests():
    """Every request of handlers/_requests."""
    for found in pkgutil.iter_modules(handlers._requests.__path__):
        module = importlib.import_module(f"handlers._requests.{found.name}")
        for value in vars(module).values():
            is_request = isinstance(value, type) and issubclass(value, Fact | Deed | Errand)
            if is_request and value.__module__ == module.__name__:
                yield value


st.register_type_strategy(PassRule, st.builds(PassRule, right=st.just(2), of=st.just(3)))
ALL = sorted(requests(), key=lambda one: one.__name__)


@pytest.mark.parametrize("request_type", ALL, ids=lambda one: one.__name__)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_result_of_every_request_reads_back_as_itself(request_type, data):
    request = object.__new__(request_type)
    for name, adapter in result_arms(request_type).adapters.items():
        arm = adapter._type
        result = None if name == "None" else data.draw(st.from_type(arm))
        entry = encode_result(request, result, "do")

        assert decode_result(request, entry) == result


def test_two_arms_with_equal_fields_are_told_apart_by_their_name():
    request = NextLesson()
    entry = encode_result(request, NoMoreLessons(), "do")

    assert entry.type == "NoMoreLessons"
    assert decode_result(request, entry) == NoMoreLessons()


def test_a_result_the_request_does_not_name_is_a_bug():
    with pytest.raises(UnknownResult, match="NextLesson was answered with int"):
        encode_result(NextLesson(), 3, "do")


def test_a_tuple_of_values_keeps_its_order():
    request = MyConsents()
    entry = encode_result(request, (Purpose.TEAM, Purpose.SAVE), "do")

    assert decode_result(request, entry) == (Purpose.TEAM, Purpose.SAVE)


@given(
    st.one_of(
        st.text(), st.lists(st.text()).map(tuple), st.text().map(Picked), st.text().map(Typed)
    )
)
def test_every_answer_of_a_person_reads_back_as_itself(answer):
    question = Question(phrase("x.y"), Form.CHOICE_OR_TEXT)

    assert decode_answer(encode_answer(question, answer)) == answer
