import pytest

from app.mirror.names import kind_of, version_of


@pytest.mark.parametrize(
    ("filename", "version", "kind", "python"),
    [
        ("foo_bar-1.0-py3-none-any.whl", "1.0", "bdist_wheel", "py3"),
        ("Foo.Bar-1.0-1-cp311-cp311-linux_x86_64.whl", "1.0", "bdist_wheel", "cp311"),
        ("FOO_BAR-1.0+local.1-py2.py3-none-any.WHL", "1.0+local.1", "bdist_wheel", "py2.py3"),
        ("foo_bar-1.0.tar.gz", "1.0", "sdist", "source"),
        ("foo-bar-1.0.zip", "1.0", "sdist", "source"),
        ("Foo.Bar-1.0b2.tar.bz2", "1.0b2", "sdist", "source"),
        ("foo-bar-1.0-r12.tgz", "1.0-r12", "sdist", "source"),
        ("foo-bar-2004d.tar.gz", "2004d", "sdist", "source"),
        ("foo_bar-1.0-py2.7.egg", "1.0", "bdist_egg", "2.7"),
        ("foo_bar-1.0-py2.6-win32.egg", "1.0", "bdist_egg", "2.6"),
        ("foo-bar-1.0.win32-py2.7.exe", "1.0", "bdist_wininst", "2.7"),
        ("foo-bar-1.0.win-amd64.exe", "1.0", "bdist_wininst", ""),
        ("foo-bar-1.0.win32-py3.4.msi", "1.0", "bdist_msi", "3.4"),
        ("foo-bar-1.0.linux-x86_64.tar.gz", "1.0", "bdist_dumb", ""),
        ("foo-bar-1.0.macosx-10.9-x86_64.tar.gz", "1.0", "bdist_dumb", ""),
        ("foo-bar-1.0-1.noarch.rpm", "1.0-1", "bdist_rpm", ""),
        ("other-1.0.tar.gz", "", "sdist", "source"),
        ("foo-bar.tar.gz", "", "sdist", "source"),
        ("nothing", "", "", ""),
        (".hidden", "", "", ""),
        ("what.rar", "", "", ""),
        ("foo_bar.whl", "", "bdist_wheel", ""),
    ],
)
def test_what_names_of_files_tell(filename, version, kind, python):
    assert version_of(filename, "foo-bar") == version
    assert kind_of(filename) == (kind, python)
