"""A time limit for code that may never end: in a kernel, in a thread, and on Windows.

Three roads, the first that is open:
    alarm      a timer of the operating system; the main thread on Linux and macOS. It ends a `time.sleep`, too.
    watchdog   a thread that raises in the other thread; Windows, and every thread but the main one.
    tracing    a look at the clock before every instruction, about twenty times slower; where there are no threads.
None of them can break into one long call inside numpy: Python goes on only when that call comes back.
"""
import signal
import sys
import threading
import time

FIRST_PAUSE, LAST_PAUSE = 0.05, 2e-5            # seconds between attempts: code may swallow the first ones


class TooSlow(BaseException):
    """No answer within the time limit. A BaseException: the learner's `except Exception` lets it through.

    A bare `except:` catches it, so it is raised again and again until one gets out; from a loop of nothing but
    bare excepts that may not happen, and only restarting the kernel helps.
    """


def within(seconds, function, *args, road=None):
    """function(*args), or TooSlow after so many seconds.

    road   alarm, watchdog or tracing; None: the first of them that this thread and this system allow.

    >>> within(1, max, 2, 3)
    3
    """
    return (road or open_road())(seconds, function, args)


def open_road():
    """The fastest road that this thread and this system allow."""
    if sys.platform == "emscripten":            # Python in a browser
        return tracing
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return alarm
    return watchdog if sys.implementation.name == "cpython" else tracing


def alarm(seconds, function, args):
    pause = FIRST_PAUSE

    def ring(signum, frame):
        nonlocal pause
        if _inside(frame):                      # and not already on the way out
            signal.setitimer(signal.ITIMER_REAL, pause)
            pause = max(pause / 4, LAST_PAUSE)
            raise TooSlow

    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return _call(function, args)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


def watchdog(seconds, function, args):
    import ctypes
    learner, over = ctypes.c_ulong(threading.get_ident()), threading.Event()
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def watch():
        pause = seconds
        while not over.wait(pause) and _inside(sys._current_frames().get(learner.value)):
            raise_in(learner, ctypes.py_object(TooSlow))
            pause = FIRST_PAUSE

    dog = threading.Thread(target=watch, daemon=True)
    dog.start()
    try:
        return _call(function, args)
    finally:
        for action in over.set, dog.join, lambda: None:     # the last: one that is still on its way arrives here
            _in_any_case(action)


def tracing(seconds, function, args):
    stop, tracer = time.monotonic() + seconds, sys.gettrace()

    def look_at_the_clock(frame, event, arg):
        frame.f_trace_opcodes = True            # `while True: pass` has no second line to notice
        if time.monotonic() > stop:
            raise TooSlow
        return look_at_the_clock

    sys.settrace(look_at_the_clock)
    try:
        return _call(function, args)
    finally:
        sys.settrace(tracer)


def _call(function, args):
    return function(*args)


def _inside(frame):
    """Whether the learner's code is running: `_call` is somewhere below."""
    while frame is not None and frame.f_code is not _call.__code__:
        frame = frame.f_back
    return frame is not None


def _in_any_case(action):
    """A late TooSlow must not keep the watchdog alive."""
    while True:
        try:
            return action()
        except TooSlow:
            pass
