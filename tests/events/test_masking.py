"""The masks over 100,000 made-up values (quality.md P-02): never more than the rule shows, the same when masked again,
and the length of a name is not told."""

from __future__ import annotations

from random import Random

import pytest

from events.masking import mask_name, mask_people, mask_phone

VALUES = 100_000
SURNAMES = ("王", "李", "欧阳", "司马", "阿卜杜", "Ng", "O'Neil", "𠮷", "é", "买买提")
GIVEN = "明伟娜芳丽军勇𡈽ñabc·- "
FORMS = ("{}", "+86{}", "0086 {}", "{}转801", "86-{}", " {} ", "({})")
WIDE = str.maketrans({str(n): chr(0xFF10 + n) for n in range(10)})


def numbers(dice: Random) -> str:
    """A mobile or a fixed number, a passport, an emergency number; now and then in full-width digits."""
    length = dice.choice((1, 2, 3, 5, 7, 8, 10, 11, 11, 11, 11, 12, 15, 18))
    digits = "".join(dice.choice("0123456789") for _n in range(length))
    digits = dice.choice(("1", "0", "E", "")) + digits[1:] if dice.random() < 0.5 else digits
    text = dice.choice(FORMS).format(digits)
    return text.translate(WIDE) if dice.random() < 0.1 else text


def test_a_masked_number_shows_its_ends_only() -> None:
    dice = Random(20261130)
    for _n in range(VALUES):
        phone = numbers(dice)
        mask, digits = mask_phone(phone), [one for one in phone if one.isdigit()]
        shown = [one for one in mask if one.isdigit()]
        most = 7 if len(digits) >= 11 else 2 if len(digits) > 3 else 0
        assert len(shown) <= most, (phone, mask)
        assert bool(mask) == bool(digits), (phone, mask)
        assert not digits or "****" in mask
        assert mask_phone(mask) == mask, (phone, mask)


def test_a_masked_name_tells_its_first_sign_and_no_length() -> None:
    dice = Random(20261130)
    for _n in range(VALUES):
        name = dice.choice(SURNAMES) + "".join(dice.choice(GIVEN) for _m in range(dice.randrange(6)))
        mask = mask_name(name)
        assert mask == f"{name[0]}**", (name, mask)
        assert mask_name(mask) == mask


@pytest.mark.parametrize(("people", "masked"), [
    ("", ""), ("  ", ""), ("张三、李四", "张**、李**"), ("欧阳娜娜,王五;赵六", "欧**、王**、赵**"), ("、,", ""),
])
def test_several_names_are_masked_each(people: str, masked: str) -> None:
    assert mask_people(people) == masked
    assert mask_people(masked) == masked


def test_a_star_in_a_number_hides_nothing_from_the_mask() -> None:
    """Who types stars into a number does not get past the mask."""
    assert mask_phone("138****56781234") == "138****1234"
    assert mask_phone("1380013****8000") == "138****8000"
