"""Broken config and broken lessons: one clear sentence each, and nothing is started or made."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Broken:
    """How something is broken, and words of the sentence that must come of it."""

    label: str
    said: tuple[str, ...]
    config: str | bytes | None = None
    tdps: str | bytes | None = None
    by_hand: Callable[[Path], None] | None = None


def text_as_database(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "hocso.db").write_text("đây là một tệp chữ, không phải cơ sở dữ liệu\n" * 20)


CONFIG = [
    Broken("an unknown key", ("web.prot", "Có phải “port”"), "web: {prot: 8080}"),
    Broken("an unknown section", ("“wards”", "Có phải “ward”"), "wards: {}"),
    Broken("a word for a number", ("web.port", "eight", "số nguyên"), "web: {port: eight}"),
    Broken("a truth for a number", ("web.port", "true", "số nguyên"), "web: {port: true}"),
    Broken("a port out of range", ("web.port", "70000", "65535"), "web: {port: 70000}"),
    Broken("an open bracket", ("config.yaml dòng", "YAML"), "ward: {name: phường\nweb: 1\n"),
    Broken("a list", ("phải gồm các mục",), "- ward\n- web\n"),
    Broken("no UTF-8", ("UTF-8",), "ward: {name: phường}".encode("utf-16")),
    Broken("no such zone", ("ward.timezone", "Hanoi"), "ward: {timezone: Asia/Hanoi}"),
    Broken("an address without https", ("web.public_url", "https://"), "web: {public_url: hoc.vn}"),
    Broken(
        "a page with a path", ("web.embed_on", "không có /"), "web: {embed_on: ['https://a.vn/']}"
    ),
    Broken("more right than asked", ("learning", "pass_right"), "learning: {pass_right: 4}"),
    Broken("held too long", ("keep.undecided_hours", "48", "24"), "keep: {undecided_hours: 48}"),
    Broken(
        "a phone in words",
        ("contacts.0.phone", "gọi sau"),
        "ward: {contacts: [{key: a, name: Trạm, phone: gọi sau}]}",
    ),
    Broken(
        "a day that never was",
        ("2026-11-22",),
        "ward: {contacts: [{key: a, name: Trạm, checked_on: 2026-13-45}]}",
    ),
    Broken(
        "two contacts with one key",
        ("contacts", "“a” có hai lần"),
        "ward: {contacts: [{key: a, name: Trạm}, {key: a, name: Chợ}]}",
    ),
    Broken("the data folder in the file", ("“data”", "--data"), "data: /srv/hocso"),
    Broken("a database of another kind", ("mysql://", "sqlite:///"), "database: 'mysql://a:b@c/d'"),
    Broken("a database that is no URL", ("“*var/hocso.db", "sqlite:///"), "database: var/hocso.db"),
    Broken(
        "a text file as database",
        ("Không mở được", "hocso.db", "not a database"),
        by_hand=text_as_database,
    ),
    Broken(
        "a file as data folder",
        ("là một tệp, không phải thư mục", "--data"),
        by_hand=lambda folder: (folder / "data").touch(),
    ),
    Broken(
        "one TDP code twice", ("tdps.csv", "“t1”"), tdps="code,name\nt1,Tân Trung\nt1,Phù Lôi\n"
    ),
    Broken("TDPs without names", ("tdps.csv dòng 2", "“name”"), tdps="code,ten\nt1,Tân Trung\n"),
    Broken(
        "TDPs in another code page", ("tdps.csv", "UTF-8"), tdps=b"code,name\nt1,T\xe2n Trung\n"
    ),
    Broken(
        "no file where --config points",
        ("config.yaml", "--config"),
        by_hand=lambda folder: (folder / "config.yaml").unlink(),
    ),
]


@dataclass(frozen=True, slots=True)
class Started:
    """What `hocso run` said when it was started on a broken folder, and the files it left there."""

    code: int
    out: str
    err: str
    made: set[str]


STARTER = """
import contextlib, io, json, sys
from bot.__main__ import main
for folder in sys.argv[1:]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["run", "--config", folder + "/config.yaml", "--data", folder + "/data"])
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


@pytest.fixture(scope="module")
def started(make_box, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Started]:
    """Start a server on every broken folder, one after the other in one process: a start takes a second."""
    boxes = [make_box(tmp_path_factory.mktemp("broken")) for _ in (*CONFIG, *SERVED)]
    for box, case in zip(boxes, (*CONFIG, *SERVED), strict=True):
        if isinstance(case, Broken):
            write(box.folder, case)
        else:
            edit(box.content(), case)
    before = [box.files() for box in boxes]
    done = subprocess.run(
        [sys.executable, "-c", STARTER, *(str(box.folder) for box in boxes)],
        capture_output=True,
        check=True,
        timeout=120,
    )
    said = map(json.loads, done.stdout.decode().splitlines())
    return {
        case.label: Started(*one, made=box.files() - files)
        for case, one, box, files in zip((*CONFIG, *SERVED), said, boxes, before, strict=True)
    }


def write(folder: Path, case: Broken) -> None:
    for name, text in (("config.yaml", case.config), ("tdps.csv", case.tdps)):
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    if case.by_hand is not None:
        case.by_hand(folder)


@pytest.mark.parametrize("case", CONFIG, ids=[case.label for case in CONFIG])
def test_a_broken_config_is_one_sentence_and_nothing_is_made(case, box) -> None:
    write(box.folder, case)
    before = box.files()

    done = box.call("check")

    assert (done.code, done.out) == (2, "")
    assert_one_sentence(done.err, case)
    assert box.files() == before


@pytest.mark.parametrize("case", CONFIG, ids=[case.label for case in CONFIG])
def test_a_server_with_a_broken_config_is_never_started(case, started) -> None:
    server = started[case.label]

    assert (server.code, server.out) == (2, "")
    assert_one_sentence(server.err, case)
    assert server.made <= {"data/hocso.db.server"}  # the lock beside a database that is there


def assert_one_sentence(said: str, case: Broken) -> None:
    assert [words for words in case.said if words.lstrip("“*") not in said] == []
    assert len(said.strip().splitlines()) == 1
    assert "Traceback" not in said
    assert "╭" not in said


@dataclass(frozen=True, slots=True)
class Edit:
    """One file of the content that somebody edits, and words of the sentence that must come of it."""

    label: str
    file: str
    old: str
    new: str
    said: tuple[str, ...]


CONTENT = [
    Edit("an unknown key in a lesson", "library/TB-01.yaml", "minutes:", "minute:", ("TB-01", "“minute”")),
    Edit("an answer that is no letter", "library/TB-01.yaml", "answer: B", "answer: D", ("TB-01",)),
    Edit("broken YAML", "library/TB-03.yaml", "cards:", "cards: [", ("TB-03.yaml dòng",)),
    Edit("a code page of its own", "library/TB-03.yaml", "", "\udce9", ("TB-03.yaml", "UTF-8")),
    Edit("a number nobody checked", "library/TB-01.yaml", "cards:\n", 'cards:\n  - "Gọi 0912345678 nhé."\n', ("TB-01", "0912345678")),
    Edit("a missing sentence", "phrases/tdp.yaml", "hint:", "hints:", ("thiếu câu “tdp.hint”",)),
    Edit("an unknown placeholder", "phrases/tdp.yaml", "{unit} nào", "{unti} nào", ("{unti}",)),
    Edit("a word set nobody knows", "phrases/consent.yaml", "words: more", "words: moer", ("moer",)),
]  # fmt: skip
SERVED = CONTENT[:3]  # a server reads content as the check does; a few show that it is refused too


def edit(folder: Path, case: Edit) -> None:
    path = folder / case.file
    text = path.read_text(encoding="utf-8")
    edited = text.replace(case.old, case.new, 1) if case.old else text + case.new
    assert edited != text
    path.write_bytes(edited.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("case", CONTENT, ids=[case.label for case in CONTENT])
def test_broken_content_fails_the_check_with_the_linters_sentences(case, box) -> None:
    edit(box.content(), case)
    before = box.files()

    done = box.call("check")

    assert (done.code, done.out) == (2, "")
    assert [words for words in case.said if words not in done.err] == []
    assert "lỗi phải sửa" in done.err.splitlines()[-1]
    assert box.files() == before


@pytest.mark.parametrize("case", SERVED, ids=[case.label for case in SERVED])
def test_a_server_with_broken_content_is_never_started(case, started) -> None:
    server = started[case.label]

    assert (server.code, server.out) == (2, "")
    assert [words for words in case.said if words not in server.err] == []
    assert "Traceback" not in server.err
    assert server.made == set()


def test_other_commands_say_the_first_problem_and_where_the_rest_is(box) -> None:
    own = box.content()
    for name in ("TB-01", "TB-03"):
        path = own / "library" / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "\nla: 1\n", encoding="utf-8")

    done = box.call("report")

    assert done.code == 2
    assert "TB-01" in done.err
    assert "Còn 1 lỗi nữa, xem: hocso check" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_content_folder_that_is_not_there_is_said_to_be_missing(box) -> None:
    (box.folder / "config.yaml").write_text("content: khongco\n", encoding="utf-8")

    done = box.call("check")

    assert done.code == 2
    assert "khongco" in done.err
