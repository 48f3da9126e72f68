"""Mails as they come: honest, broken, machine-made and hostile. Reading one never fails, and nothing in it is opened or fetched."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.intake import Sort, read_mail
from troth.intake.mail import LARGEST


def mail(**headers: str) -> EmailMessage:
    made = EmailMessage()
    said = {
        "From": "Nur Aisyah <p9@example.test>",
        "Subject": "My data",
        "Message-ID": "<1@example.test>",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in said.items():
        made[name] = value
    made.set_content("What do you hold on me?\n")
    return made


def test_a_letter_is_read() -> None:
    made = mail()
    made.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="id card.pdf")
    found = read_mail(made.as_bytes())
    assert (found.sort, found.address, found.name, found.title) == (
        Sort.LETTER, "p9@example.test", "Nur Aisyah", "My data",
    )  # fmt: skip
    assert found.text == "What do you hold on me?"
    assert [(one.name, one.media, one.data) for one in found.files] == [
        ("id card.pdf", "application/pdf", b"%PDF-1")
    ]


@pytest.mark.parametrize(
    ("headers", "sort"),
    [
        ({"Auto_Submitted": "auto-replied"}, Sort.AUTOMATIC),
        ({"Auto_Submitted": "auto-generated; type=x"}, Sort.AUTOMATIC),
        ({"Auto_Submitted": "no"}, Sort.LETTER),
        ({"Precedence": "bulk"}, Sort.AUTOMATIC),
        ({"X_Auto_Response_Suppress": "All"}, Sort.AUTOMATIC),
        ({"List_Id": "<news.example.test>"}, Sort.LIST),
        ({"Return_Path": "<>"}, Sort.BOUNCE),
        ({"From": "MAILER-DAEMON@example.test"}, Sort.BOUNCE),
        ({"From": "no-reply@example.test"}, Sort.AUTOMATIC),
        ({"X_Troth_Trial": "abc"}, Sort.TRIAL),
    ],
)
def test_machines_are_told_from_people(headers: dict[str, str], sort: Sort) -> None:
    assert read_mail(mail(**headers).as_bytes()).sort is sort


def test_a_line_smuggled_into_a_header_stays_a_space() -> None:
    raw = (
        b"From: =?utf-8?q?Eve=0D=0ABcc=3A_all=40example=2Etest?= <eve@example.test>\r\n"
        b"Subject: =?utf-8?q?Hello=0D=0ATo=3A_victim=40example=2Etest?=\r\nMessage-ID: <2@x>\r\n\r\nHi\r\n"
    )
    found = read_mail(raw)
    assert found.address == "eve@example.test"
    assert "\n" not in found.name + found.title
    assert "\r" not in found.name + found.title


def test_reply_to_does_not_let_somebody_have_another_written_to() -> None:
    assert read_mail(mail(Reply_To="victim@example.test").as_bytes()).address == "p9@example.test"
    assert read_mail(mail(From="a@example.test, b@example.test").as_bytes()).address == ""


def test_html_is_read_as_words_and_runs_nothing() -> None:
    made = EmailMessage()
    made["From"] = "p9@example.test"
    made.set_content(
        "<html><head><title>t</title><style>p{background:url(http://evil.test/x)}</style></head><body>"
        "<p>Please &amp; thanks</p><script>alert(1)</script><img src='http://evil.test/pixel'><p>Bye</p></body></html>",
        subtype="html",
    )
    found = read_mail(made.as_bytes())
    assert found.text == "Please & thanks\nBye"
    assert not found.files


@pytest.mark.parametrize(
    "words", ["𠮷野家 wants 𝒟ata 🦊", "אני רוצה את המידע שלי", "\u202eevil\u202c", "你们保存了我的哪些信息？"]
)
def test_letters_of_every_script_come_whole(words: str) -> None:
    made = mail(Subject=words)
    made.set_content(words + "\n")
    found = read_mail(made.as_bytes())
    assert found.text == words
    assert found.title.strip("\u202e\u202c") == words.strip("\u202e\u202c")


def test_the_name_of_a_file_has_no_folder_and_turns_nothing_round() -> None:
    made = mail()
    for name in ("../../etc/passwd", "C:\\run\\me.exe", "a\u202egnp.exe", ".."):
        made.add_attachment(b"x", maintype="application", subtype="octet-stream", filename=name)
    assert [one.name for one in read_mail(made.as_bytes()).files] == ["passwd", "me.exe", "agnp.exe", "file"]


def test_a_bomb_in_an_archive_stays_shut() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(200_000_000))
    made = mail()
    made.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="bomb.zip")
    (file,) = read_mail(made.as_bytes()).files
    assert file.data == packed.getvalue()
    assert len(file.data) < 400_000


def test_files_that_are_too_large_are_told_of_and_left_out() -> None:
    made = mail()
    made.add_attachment(bytes(10 * 1024 * 1024), maintype="application", subtype="pdf", filename="ten.pdf")
    made.add_attachment(bytes(11 * 1024 * 1024), maintype="application", subtype="pdf", filename="eleven.pdf")
    found = read_mail(made.as_bytes())
    assert ([one.name for one in found.files], found.left_out) == (["ten.pdf"], 1)


def test_a_mail_beyond_all_measure_is_read_to_the_limit() -> None:
    found = read_mail(mail().as_bytes() + b"x" * LARGEST)
    assert found.address == "p9@example.test"
    assert found.left_out == 1


def test_a_tower_of_parts_is_read_as_far_as_anybody_builds() -> None:
    raw = b"From: p9@example.test\r\nMessage-ID: <3@x>\r\n"
    for depth in range(300):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
    found = read_mail(raw + b"Content-Type: text/plain\r\n\r\ndeep\r\n")
    assert found.address == "p9@example.test"


def test_the_same_mail_is_known_again_and_another_sender_is_another_mail() -> None:
    one, again = read_mail(mail().as_bytes()), read_mail(b"Received: by x\r\n" + mail().as_bytes())
    other = read_mail(mail(From="eve@example.test").as_bytes())
    assert one.id == again.id != other.id
    bare = b"From: p9@example.test\r\n\r\n"
    assert read_mail(bare + b"a").id != read_mail(bare + b"b").id


def test_numbers_of_tickets_are_found_wherever_people_write_them() -> None:
    made = mail(Subject="Re: T-7k3m9-qxd4r")
    made.set_content("About t-7K3M9-QXD4R and T-AAAAA-BBBBB")
    found = read_mail(made.as_bytes())
    assert found.numbers == ("T-7K3M9-QXD4R", "T-AAAAA-BBBBB")


@given(st.binary(max_size=600))
def test_whatever_comes_is_read(data: bytes) -> None:
    found = read_mail(data)
    (found.text + found.title + found.name).encode()


@given(
    st.text(max_size=80), st.sampled_from(["From", "Subject", "Content-Type", "Content-Disposition", "Date"])
)
def test_whatever_stands_in_a_header_is_read(value: str, name: str) -> None:
    raw = f"{name}: {value}\nX: y\n\nwords".encode("utf-8", "surrogatepass")
    found = read_mail(raw)
    (found.text + found.title + found.name).encode()
