"""The way out of the real network, and what bars it."""

import errno
import os
import signal
import sys
from pathlib import Path

import pytest

from netinv import lab
from netinv.errors import LabError
from netinv.lab import namespace, ordinary, system


def in_a_new_process(code: str, **options: object) -> str:
    """What a Python that has not entered anything says to `code`, in the suite's own namespace."""
    done = ordinary.run([sys.executable, "-c", f"from netinv.lab import namespace, system\n{code}"], **options)  # type: ignore[arg-type]
    return done.stdout.strip() + done.stderr.strip()[-500:]


@pytest.mark.lab
def test_the_suite_sees_no_interface_but_loopback() -> None:
    namespace.verify()


def test_a_strange_interface_is_noticed(lan: lab.Lan) -> None:
    namespace.verify(ours=[lan.interface])
    with pytest.raises(LabError, match=r"not isolated: it has lan0"):
        namespace.verify()


def test_outside_a_namespace_nothing_begins(lan: lab.Lan) -> None:
    said = in_a_new_process("from netinv.lab import lan\nwith lan(): print('be' + 'gun')")
    assert "begun" not in said
    assert "not in a namespace of its own" in said


@pytest.mark.lab
def test_outside_a_namespace_no_resolver_is_changed() -> None:
    before = Path("/etc/resolv.conf").read_text()
    assert "not in a namespace of its own" in in_a_new_process("namespace.use_resolvers(['10.0.0.1'])")
    assert Path("/etc/resolv.conf").read_text() == before


ENTER = """
import os, socket
before = os.stat('/proc/self/ns/net').st_ino
namespace.enter()
namespace.verify()
print(os.getuid(), os.stat('/proc/self/ns/net').st_ino != before, socket.if_nameindex(), open('/etc/resolv.conf').read())
"""


def test_an_ordinary_user_enters_and_is_root_there_only(lan: lab.Lan) -> None:
    assert in_a_new_process(ENTER, privileged=False) == "0 True [(1, 'lo')] nameserver 10.77.0.1"


def test_root_enters_without_a_user_namespace(lan: lab.Lan) -> None:
    said = in_a_new_process(
        f"import os\nuser = os.stat('/proc/self/ns/user').st_ino{ENTER}assert os.stat('/proc/self/ns/user').st_ino == user"
    )
    assert said == "0 True [(1, 'lo')] nameserver 10.77.0.1"


def test_a_process_with_threads_may_not_enter_and_leave_them_behind(lan: lab.Lan) -> None:
    said = in_a_new_process(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\nnamespace.enter()",
        privileged=False,
    )
    assert "single thread" in said


@pytest.mark.lab
def test_a_refusal_is_explained_and_leaves_the_process_as_it_was() -> None:
    said = in_a_new_process("""
import os
from netinv.errors import LabError
system.new_user_namespace()
system.write('/proc/sys/user/max_user_namespaces', '1')
system.new_user_namespace(be=1000)
os.execv('/proc/self/exe', ['python', '-c', '''
import os
from netinv.errors import LabError
from netinv.lab import namespace
try:
    namespace.enter()
except LabError as error:
    print(error.message, "|", error.hint, "|", os.getuid())
'''])
""")
    assert "allows no (more) user namespaces (unshare: No space left on device)" in said
    assert "sudo netinv demo" in said
    assert said.endswith("| 1000")


CAUSES = {
    "container": ({".dockerenv": ""}, "container", "docker run --cap-add SYS_ADMIN"),
    "limit": ({"proc/sys/user/max_user_namespaces": "0"}, "no (more) user namespaces", "user.max_user_namespaces="),
    "debian": ({"proc/sys/kernel/unprivileged_userns_clone": "0"}, "ordinary users", "kernel.unprivileged_userns_clone=1"),
    "ubuntu": (
        {"proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1"},
        "AppArmor",
        "restrict_unprivileged_userns=0",
    ),
    "other": ({"proc/sys/user/max_user_namespaces": "15000"}, "forbids network namespaces", "seccomp"),
}


@pytest.mark.parametrize(("files", "cause", "fix"), CAUSES.values(), ids=CAUSES)
def test_each_cause_has_its_fix(tmp_path: Path, files: dict[str, str], cause: str, fix: str) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    error = namespace.explain(OSError(errno.EPERM, "Operation not permitted", "unshare"), root=tmp_path)
    assert cause in error.message
    assert "(unshare: Operation not permitted)" in error.message
    assert error.hint
    assert fix in error.hint
    assert "netinv demo --in-memory" in error.hint


def test_where_there_is_no_linux_there_is_a_way_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(namespace, "_resolv_conf", None)
    with pytest.raises(LabError) as caught:
        namespace.enter()
    assert caught.value.hint
    assert "--in-memory" in caught.value.hint


@pytest.mark.lab
def test_a_child_does_not_outlive_its_parent() -> None:
    reader, writer = os.pipe()
    parent = os.fork()
    if not parent:
        os.close(reader)
        if not os.fork():
            system.die_with_parent()
            os.write(writer, b"x")
        signal.pause()
    os.close(writer)
    with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor, not a path
        assert pipe.read(1) == b"x"
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
        assert pipe.read(1) == b"", "the child still holds its end"
