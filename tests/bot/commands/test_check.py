"""`hocso check`: what holds, what is still to do; nothing is sent and nothing is made."""

PHONES = """
ward:
  contacts:
    - {key: cong_an_phuong, name: Công an phường, phone: "0208 3 111 222", checked_on: 2026-11-22}
    - {key: tram_y_te, name: trạm y tế phường, phone: "0208 3 111 333"}
"""


def lines(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


def test_a_fresh_folder_works_and_is_told_what_is_still_to_do(box) -> None:
    before = box.files()

    done = box.call("check")

    assert (done.code, done.err) == (0, "")
    assert lines(done.out, "Được:", "17 bài học", "câu chữ")
    assert lines(done.out, "Nên làm:", "17 bài chờ duyệt", "TB-01", "TM-24", "Bản dùng thử")
    assert lines(done.out, "Nên làm:", "tdps.csv còn 8 tên mẫu", "mẫu Phù Lôi")
    assert lines(done.out, "Nên làm:", "chưa có số của Công an phường")
    assert lines(done.out, "Nên làm:", "xem lại câu self_harm.steps")
    assert lines(done.out, "Nên làm:", "xem lại bài AT-35")
    assert done.out.splitlines()[-1].startswith("Chạy được. Còn ")
    assert box.files() == before


def test_approved_lessons_are_told_apart_from_waiting_ones(box) -> None:
    box.call("approve", "TB-01", "--name", "Nguyễn Thị Hoa", "--office", "Phòng VH-XH")

    done = box.call("check")

    assert lines(done.out, "Được:", "1 bài phường đã duyệt: TB-01.")
    assert lines(done.out, "16 bài chờ duyệt: AT-35")


def test_on_a_public_page_waiting_lessons_are_said_to_be_held_back(box) -> None:
    config = box.folder / "config.yaml"
    config.write_text("web: {public_url: 'https://hoc.trungthanh.gov.vn'}\n", encoding="utf-8")

    done = box.call("check")

    assert lines(done.out, "trang công khai chưa đưa ra các bài này")


def test_with_a_bot_on_telegram_its_road_and_its_lessons_are_told(box) -> None:
    config = box.folder / "config.yaml"
    token = "123456789:" + "A" * 35
    config.write_text(f"telegram: {{token: '{token}'}}\n", encoding="utf-8")

    done = box.call("check")

    assert lines(done.out, "Telegram đang bật", "tự hỏi Telegram xem có tin mới không")
    assert lines(done.out, "Telegram chưa đưa ra các bài này")
    assert token not in done.out + done.err


def test_a_number_that_was_given_is_no_longer_missing(box) -> None:
    (box.folder / "config.yaml").write_text(PHONES, encoding="utf-8")

    done = box.call("check")

    assert not lines(done.out, "chưa có số")
    assert lines(done.out, "trạm y tế phường", "checked_on")
    assert not lines(done.out, "Công an phường", "checked_on")


def test_the_wards_own_list_of_tdps_is_no_longer_a_sample(box) -> None:
    (box.folder / "tdps.csv").write_text("code,name\nt1,Tân Trung\n", encoding="utf-8")

    done = box.call("check")

    assert lines(done.out, "Được:", "danh sách tổ dân phố không còn tên mẫu")


def test_without_a_list_of_tdps_somebody_is_asked_for_one(box) -> None:
    (box.folder / "tdps.csv").unlink()

    done = box.call("check")

    assert lines(done.out, "Nên làm:", "chưa có danh sách tổ dân phố")


def test_samples_that_are_in_the_database_already_are_named_as_such(learnt) -> None:
    (learnt.folder / "tdps.csv").write_text("code,name\nt1,Tân Trung\n", encoding="utf-8")

    done = learnt.call("check")

    assert lines(done.out, "Nên làm:", "dữ liệu còn 8 tổ dân phố tên mẫu", "hocso import tdps")


def test_a_wards_own_copy_of_the_content_is_as_good_as_the_shipped_one(box) -> None:
    box.content()

    assert box.call("check").code == 0


def test_config_and_data_may_stand_before_the_command_and_behind_it_they_decide(box) -> None:
    other = box.folder / "other.yaml"
    other.write_text("ward: {name: xã Tân Hòa}\n", encoding="utf-8")

    before = box.call_bare("--config", str(other), "--data", str(box.folder / "data"), "check")
    both = box.call_bare("--config", str(other), "check", *box.places)

    assert "xã Tân Hòa" in before.out
    assert f"dữ liệu ở {box.folder}/data." in before.out
    assert "phường Trung Thành" in both.out
