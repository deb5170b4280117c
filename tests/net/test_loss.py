"""What witnesses tell of a link: how often an address must be asked there."""

import pytest

from netinv.net.loss import ENOUGH, Loss


def heard(asked: int, lost: int) -> Loss:
    loss = Loss()
    loss.count(asked, lost)
    return loss


def test_where_nothing_was_lost_one_question_is_enough() -> None:
    assert heard(0, 0).questions == heard(24, 0).questions == 1


@pytest.mark.parametrize(("asked", "lost"), [(24, 2), (100, 19), (400, 76), (8, 4)])
def test_so_many_questions_miss_no_more_than_enough_of_those_who_are_there(asked: int, lost: int) -> None:
    loss = heard(asked, lost)
    assert loss.share**loss.questions <= ENOUGH


def test_the_more_is_lost_the_more_often_is_asked_and_never_without_end() -> None:
    asked = [heard(100, lost).questions for lost in (0, 1, 5, 19, 50, 100)]
    assert asked == sorted(asked)
    assert asked[-1] < 100
