"""Who comes while somebody is served is served next, together; nobody pays for another's fault."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.services.gather_callers import Gathering


class House:
    """Serves numbers (times ten); the first call waits until it is let go."""

    def __init__(
        self,
        bad: int | None = None,
        most: int = 100,
        early: bool = False,
        patience_s: float = 30,
        company_s: float = 0.001,
    ) -> None:
        self.calls: list[list[int]] = []
        self.busy, self.go_on = threading.Event(), threading.Event()
        self._bad, self._early = bad, early
        self.gathering = Gathering(
            self._serve, lambda group, _: len(group) < most, patience_s, company_s
        )

    def _serve(self, numbers: Sequence[int], go_on: Callable[[], None]) -> list[int]:
        self.calls.append(list(numbers))
        if self._early:
            go_on()
        if len(self.calls) == 1:
            self.busy.set()
            assert self.go_on.wait(10)
        if self._bad in numbers:
            raise ValueError(f"{self._bad} is bad")
        return [number * 10 for number in numbers]

    def ask_all(self, *numbers: int) -> dict[int, int | str]:
        """0 first; the others while it is served, in this order; then it is let go."""
        said: dict[int, int | str] = {}

        def ask(number: int) -> None:
            try:
                said[number] = self.gathering.ask(number)
            except ValueError as problem:
                said[number] = str(problem)

        threads = [threading.Thread(target=ask, args=(number,)) for number in (0, *numbers)]
        threads[0].start()
        assert self.busy.wait(10)
        for at, thread in enumerate(threads[1:], 1):
            thread.start()
            _until(lambda at=at: len(self.gathering._waiting) == at)
        self.go_on.set()
        for thread in threads:
            thread.join(10)
        return said


def _until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if holds():
            return
        pause.wait(0.005)
    raise AssertionError("it never came about")


def test_one_alone_is_served_at_once() -> None:
    house = House()
    house.go_on.set()
    assert house.gathering.ask(7) == 70
    assert house.calls == [[7]]


def test_those_who_come_meanwhile_are_served_together_and_each_gets_its_own_answer() -> None:
    house = House()
    assert house.ask_all(1, 2, 3) == {0: 0, 1: 10, 2: 20, 3: 30}
    assert house.calls == [[0], [1, 2, 3]]


def test_those_who_came_together_lately_are_waited_for_when_they_come_again() -> None:
    house = House(company_s=10)
    house.gathering._sizes.append(3)
    house.go_on.set()
    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(house.gathering.ask, [1, 2, 3])) == [10, 20, 30]
    assert [sorted(call) for call in house.calls] == [[1, 2, 3]]


def test_nobody_is_waited_for_long_who_does_not_come() -> None:
    house = House()
    house.gathering._sizes.append(3)
    house.go_on.set()
    for number in range(9):
        assert house.gathering.ask(number) == number * 10
    assert house.calls == [[number] for number in range(9)]
    assert max(house.gathering._sizes) == 1  # and it is forgotten that so many came


def test_who_does_not_fit_is_served_after_the_others() -> None:
    house = House(most=2)
    assert house.ask_all(1, 2, 3) == {0: 0, 1: 10, 2: 20, 3: 30}
    assert house.calls == [[0], [1, 2], [3]]


def test_when_several_fail_together_each_is_tried_alone_and_only_the_bad_one_hears_of_it() -> None:
    house = House(bad=2)
    assert house.ask_all(1, 2, 3) == {0: 0, 1: 10, 2: "2 is bad", 3: 30}
    assert house.calls[:2] == [[0], [1, 2, 3]]
    assert sorted(house.calls[2:]) == [[1], [2], [3]]


def test_after_a_failure_the_next_is_served_as_ever() -> None:
    house = House(bad=0)
    house.go_on.set()
    with pytest.raises(ValueError, match="0 is bad"):
        house.gathering.ask(0)
    assert house.gathering.ask(5) == 50
    assert not house.gathering._is_serving


def test_the_next_may_begin_when_only_waiting_is_left() -> None:
    house = House(early=True)
    first = threading.Thread(target=house.gathering.ask, args=(1,))
    first.start()
    assert house.busy.wait(10)
    assert house.gathering.ask(2) == 20  # while the first is still being served
    house.go_on.set()
    first.join(10)
    assert house.calls == [[1], [2]]
    assert not house.gathering._is_serving


def test_who_stands_behind_somebody_held_up_goes_on_alone() -> None:
    house = House(patience_s=0.05)
    first = threading.Thread(target=house.gathering.ask, args=(1,))
    first.start()
    assert house.busy.wait(10)
    assert house.gathering.ask(2) == 20  # the first is still held up
    assert house.gathering._is_serving
    house.go_on.set()
    first.join(10)
    assert house.calls == [[1], [2]]
    assert not house.gathering._is_serving
