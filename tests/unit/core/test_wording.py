"""Numbers with their words."""

from core.wording import number


def test_one_is_told_in_the_singular_and_all_else_in_the_plural() -> None:
    assert [number(count, "new article") for count in (0, 1, 1208)] == ["0 new articles", "1 new article",
                                                                         "1,208 new articles"]
    assert number(2, "entry") == "2 entries"
