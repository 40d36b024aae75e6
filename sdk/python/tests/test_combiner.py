"""Many threads' calls in one."""

from __future__ import annotations

import threading

import pytest

from qalam._combiner import Combiner


class Sender:
    """Doubles what is sent, once it may; remembers the calls."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.may_answer = threading.Semaphore(0)
        self.called = threading.Semaphore(0)

    def __call__(self, requests):
        self.calls.append(list(requests))
        self.called.release()
        self.may_answer.acquire()
        return [ValueError(request) if request < 0 else 2 * request for request in requests]


def started(function, *arguments):
    thread = threading.Thread(target=function, args=arguments, daemon=True)
    thread.start()
    return thread


def lined_up(combiner, count):
    """Waits until so many wait for the call that is under way."""
    pause = threading.Event()
    while len(combiner._waiting) < count:
        pause.wait(0.001)


def test_what_comes_during_a_call_goes_together_in_the_next():
    sender, answers = Sender(), {}
    combiner = Combiner(sender)

    def ask(request):
        answers[request] = combiner.call(request)

    threads = [started(ask, 0)]
    sender.called.acquire()
    threads += [started(ask, request) for request in range(1, 9)]
    lined_up(combiner, 8)
    sender.may_answer.release(2)
    for thread in threads:
        thread.join(10)
    assert answers == {request: 2 * request for request in range(9)}
    assert [len(call) for call in sender.calls] == [1, 8]


def test_no_call_holds_more_than_it_may():
    sender, answers = Sender(), []
    combiner = Combiner(sender, most=3)
    threads = [started(lambda: answers.append(combiner.call(0)))]
    sender.called.acquire()
    threads += [started(lambda: answers.append(combiner.call(1))) for _ in range(7)]
    lined_up(combiner, 7)
    sender.may_answer.release(4)
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [0] + 7 * [2]
    assert [len(call) for call in sender.calls] == [1, 3, 3, 1]


class LockLeftLate:
    """A lock; the thread of that name goes on only a while after it has left it."""

    def __init__(self, late: str) -> None:
        self.lock = threading.Lock()
        self.late = late
        self.left = threading.Event()
        self.may_go_on = threading.Event()

    def __enter__(self):
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()
        if threading.current_thread().name == self.late and not self.left.is_set():
            self.left.set()
            self.may_go_on.wait(10)


def test_a_thread_may_get_its_turn_before_it_waits_for_it():
    sender, answers = Sender(), []
    combiner = Combiner(sender)
    combiner._lock = lock = LockLeftLate("second")
    first = started(lambda: answers.append(combiner.call(0)))
    sender.called.acquire()
    second = threading.Thread(
        target=lambda: answers.append(combiner.call(1)), name="second", daemon=True
    )
    second.start()
    assert lock.left.wait(10)
    sender.may_answer.release(2)
    first.join(10)
    lock.may_go_on.set()
    second.join(10)
    assert answers == [0, 2]


def test_an_error_of_one_is_not_the_others():
    sender, errors, answers = Sender(), [], []
    combiner = Combiner(sender)

    def ask(request):
        try:
            answers.append(combiner.call(request))
        except ValueError as error:
            errors.append(error.args[0])

    threads = [started(ask, 0)]
    sender.called.acquire()
    threads += [started(ask, request) for request in (-1, 1)]
    lined_up(combiner, 2)
    sender.may_answer.release(2)
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [0, 2] and errors == [-1]


def test_an_error_of_the_call_is_everybodys():
    def send(requests):
        raise KeyError("none")

    with pytest.raises(KeyError):
        Combiner(send).call(1)


def test_many_threads_get_their_own_answers():
    combiner = Combiner(lambda requests: [2 * request for request in requests])
    wrong = []

    def ask(first):
        for request in range(first, first + 500):
            if combiner.call(request) != 2 * request:
                wrong.append(request)

    threads = [started(ask, 1000 * number) for number in range(16)]
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == []
