"""How much broken input is tried: sheets, files and query results together."""

import broken_inputs
import broken_queries
import broken_sheets


def test_more_than_two_hundred_broken_inputs_are_tried() -> None:
    """Each by its own name; the tests of their kinds hold what each of them has to say, and that no value is lost."""
    kinds = [broken_inputs.BROKEN, broken_sheets.BROKEN, broken_queries.BROKEN]
    assert sum(len(kind) for kind in kinds) >= 200
    assert all(len(kind) >= 100 for kind in kinds)


def test_each_says_something_precise() -> None:
    """Some words at least must be said for each, and few are said for several."""
    files = [broken.says for broken in broken_inputs.BROKEN.values()]
    queries = [says for _, says in broken_queries.BROKEN.values()]
    for says in (files, queries):
        assert all(any(len(words) > 5 for words in one) for one in says)
        assert len(set(says)) > 0.6 * len(says)
