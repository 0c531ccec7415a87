"""`hocso invite`: words, link and QR code, once; the first admin of a ward is made this way."""

import re

import pytest

NAMED = ("--name", "Nguyễn Thị Lan", "--office", "Phòng VH-XH")
LIST = "Vai trò;Họ và tên;Nơi làm việc;Mã tổ\nQuản trị;Trần Quản;UBND;\nTổ viên;Đỗ Văn Nam;Tổ công nghệ số;mau-03\n"


def words_of(out: str) -> str:
    found = re.search(r"Mã mời: (\w+ \w+ \w+)\n", out)
    assert found, out
    return found[1]


def test_the_first_admin_is_invited_and_joins_in_the_chat(box) -> None:
    done = box.call("invite", "--role", "admin", *NAMED)

    assert done.code == 0, done.err
    assert "Đã mời Nguyễn Thị Lan." in done.out
    assert re.search(r"Hoặc mở: http://127\.0\.0\.1:8080/\?moi=[A-Za-z0-9_-]{24}\n", done.out)
    assert "█" in done.out
    assert "mã QR chỉ mở được trên chính máy này" in done.out
    joined = box.talk("mã mời", words_of(done.out), "1", "mời thành viên")
    assert "Xong, đã ghi." in joined.out
    assert "Mời người mới" in joined.out


def test_a_code_opens_a_role_for_one_person_alone(box) -> None:
    words = words_of(box.call("invite", "--role", "staff", *NAMED).out)
    box.talk("mã mời", words, "1", name="lan")

    second = box.talk("mã mời", words, name="nam")

    assert "Mã này không dùng được" in second.out


def test_a_role_with_a_place_needs_the_code_of_a_tdp(box) -> None:
    without = box.call("invite", "--role", "team", *NAMED)
    wrong = box.call("invite", "--role", "team", *NAMED, "--tdp", "khong-co")
    right = box.call("invite", "--role", "team", *NAMED, "--tdp", "MAU 03", "--until", "31/12/2099")

    assert (without.code, wrong.code, right.code) == (2, 2, 0)
    assert "Thêm --tdp MÃ" in without.err
    assert "Không có tổ nào mang mã “khong-co”" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Cần --role và --name"),
        (("--role", "admin"), "Cần --role và --name"),
        (("--role", "mayor", *NAMED), "--role không nhận “mayor”"),
        (("--role", "resident", *NAMED), "--role không nhận vai trò này"),
        (
            ("--role", "staff", *NAMED, "--until", "hôm qua"),
            "--until “hôm qua” không phải một ngày",
        ),
        (("--role", "staff", *NAMED, "--until", "1/1/2020"), "--until đã qua"),
        (("--role", "staff", *NAMED, "--thu"), "chỉ đi với --list"),
        (("--list", "a.csv", "--role", "staff"), "--list đã có tên và vai trò"),
        (("--list", "khong-co.csv"), "Không đọc được khong-co.csv"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(box, arguments, said) -> None:
    done = box.call("invite", *arguments)

    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_a_list_invites_everybody_once_and_prints_their_cards(box) -> None:
    file, sheet = box.folder / "moi.csv", box.folder / "ma-moi.pdf"
    file.write_text(LIST, encoding="utf-8-sig")
    command = ("invite", "--list", str(file), "--sheet", str(sheet))

    tried = box.call(*command, "--thu")
    assert (tried.code, sheet.exists()) == (0, False), tried.err
    first = box.call(*command)
    assert first.code == 0, first.err
    again = box.call("invite", "--list", str(file), "--sheet", str(box.folder / "hai.pdf"))

    assert sheet.read_bytes().startswith(b"%PDF-")
    assert again.code == 0, again.err
    assert not (box.folder / "hai.pdf").exists()


def test_no_key_and_no_code_stands_in_what_is_logged(box) -> None:
    done = box.run("invite", "--role", "staff", *NAMED)

    assert done.code == 0
    assert done.err == ""
