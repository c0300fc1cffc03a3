"""Thanks are thanks, and whatever else is said is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.courtesies import is_courtesy


@pytest.mark.parametrize(
    "plain",
    [
        "thanks!",
        "Thank you so much",
        "thx",
        "ok",
        "OK.",
        "okay thanks",
        "great, thanks",
        "ok great, thank you very much for your help!",
        "That's great, thanks a lot 🎉",
        "thankssss 🙏🙏",
        "Many thanks, all good",
        "much appreciated",
        "terima kasih",
        "Terimakasih banyak ya kak 🙏",
        "makasih ya",
        "makasih banyak kak",
        "oke",
        "okeee siap min",
        "sip",
        "mantap",
        "baik, terima kasih",
        "Baik pak, terima kasih atas bantuannya",
        "sama-sama",
        "makasih sudah dibantu",
        "bye bye",
        "👍",
        "👍🏽",
        "🙏🙏",
        "❤️",
        "👍!!",
        "… thanks …",
    ],
)
def test_a_courtesy_alone_is_one(plain: str) -> None:
    assert is_courtesy(plain)


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "...",
        "thanks, but it still fails",
        "ok when?",
        "ok?",
        "thanks？",
        "👍?",
        "not ok",
        "ok help",
        "ok refund please",
        "no thanks",
        "good morning",
        "terima kasih, tapi belum bisa",
        "belum",
        "makasih, pesanan saya mana",
        "help you",
        "👎",
        "thanks 👎",
        "great 😡",
        "thanks :(",
        "🚗",
        "5",
        "ok 42",
        "so much",
        "ya",
        "thanks " * 100,
    ],
)
def test_anything_more_or_else_is_none(plain: str) -> None:
    assert not is_courtesy(plain)


@given(st.text(), st.text())
def test_a_question_is_never_a_courtesy(before: str, after: str) -> None:
    assert not is_courtesy(f"{before}thanks?{after}")


@pytest.mark.parametrize(
    "words", ["bye ", "oke ya ", "thanks much appreciated ", "ok thanks all good ", "good job ", "i really "]
)
def test_a_text_made_to_be_slow_is_not(words: str) -> None:
    began = time.process_time()

    assert not is_courtesy((words * 100)[:190] + " nope")
    assert time.process_time() - began < 0.1
